import { loadJsonSpec } from '../../../src/iso8583/load-json-spec.ts'
import { checkSpec } from '../check-spec.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { changeJson, jsonBytes, textOfInput } from '../json-mutator.ts'

const SPEC = {
  id: 'mine',
  mti: 'ascii',
  bitmap: 'hex',
  bits: 128,
  representation: { digits: 'ascii', tracks: 'ascii', bytes: 'hex', prefix: 'ascii' },
  fields: {
    2: { format: 'n..19', name: 'pan', exposure: 'truncatedPan' },
    3: { format: 'n6', name: 'code', exposure: 'clear', content: 'bcd' },
    28: { format: 'x+n8', name: 'fee', exposure: 'clear' },
    35: { format: 'z..37', name: 'track', exposure: 'never', prefix: 'bcd' },
    48: { format: 'ans...999', name: 'more', nameZh: '附加', exposure: 'never' },
    64: { format: 'b8', name: 'mac', exposure: 'clear', content: 'binary' },
  },
}

/** Spec files in JSON: refused by field, or compiled to a codec that reads what it writes. */
export const target: FuzzTarget = {
  sizeMax: 1200,
  seeds: () => [
    jsonBytes(SPEC),
    jsonBytes({
      ...SPEC,
      mti: 'bcd',
      bitmap: 'binary',
      bits: 64,
      representation: { digits: 'bcd', tracks: 'bcd', bytes: 'binary', prefix: 'binary' },
    }),
  ],
  run(input) {
    let json: unknown
    try {
      json = JSON.parse(textOfInput(input))
    } catch {
      return
    }
    const loaded = loadJsonSpec(json)
    if (!loaded.ok) {
      must(/^[^\n]+$/.test(`${loaded.error.place}: ${loaded.error.reason}`), 'refused without a reason')
      return
    }
    checkSpec(loaded.value)
  },
  mutate: changeJson,
}
