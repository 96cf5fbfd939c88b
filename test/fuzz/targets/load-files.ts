import { compileSpec } from '../../../src/iso8583/compile.ts'
import { ISO1987_ASCII } from '../../../src/iso8583/specs/iso1987-ascii.ts'
import { parseMix } from '../../../src/load/load-mix.ts'
import { targetCast } from '../../../src/load/target/target-cast.ts'
import { parseTarget } from '../../../src/load/target/target-file.ts'
import { MIX_KINDS } from '../../../src/load/unionpay/load-kind.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { changeJson, jsonBytes, textOfInput } from '../json-mutator.ts'

const CODEC = compileSpec(ISO1987_ASCII)
const VIEW = CODEC.createView()
const FRAME = new Uint8Array(16 * 1024)
const REQUESTS = 6

const SALE = {
  mti: '0200',
  weight: 3,
  fields: {
    3: '000000',
    4: { from: 'amount' },
    7: { time: 'MMDDhhmmss', utc: true },
    11: { from: 'stan' },
    35: { from: 'track2' },
    37: { join: ['R', { counter: 11 }] },
    41: { from: 'tid' },
    48: { random: 3 },
    52: { from: 'pinBlock' },
  },
}
const TARGET = {
  format: 'tillwire-target-1',
  name: 'a host',
  dialect: 'iso1987-ascii',
  prefix: 'ascii4',
  match: [11, 41],
  mac: { algorithm: 'x9.19', key: '0123456789ABCDEFFEDCBA9876543210', field: 64 },
  pin: { key: '0123456789ABCDEF' },
  terminals: [{ tid: 'TERM0001', mid: 'M', lanes: 2 }],
  cards: [{ pan: '4111111111111111', expiry: '3012', pin: '1234', track2: '4111111111111111=3012' }],
  first: 'hello',
  messages: {
    hello: { mti: '0800', mac: false, fields: { 11: { from: 'stan' }, 41: { from: 'tid' } } },
    sale: SALE,
    void: {
      mti: '0400',
      weight: 1,
      of: 'sale',
      fields: {
        4: { originalRequest: 4 },
        11: { from: 'stan' },
        38: { originalReply: 38 },
        41: { from: 'tid' },
        55: { hex: '9F02' },
      },
    },
  },
}

/**
 * Targets and mixes of a load: refused in one line that names the place, or good for requests that can be read back
 * and are told apart by their keys.
 */
export const target: FuzzTarget = {
  sizeMax: 4000,
  seeds: () => [
    jsonBytes(TARGET),
    jsonBytes({ ...TARGET, mac: undefined, first: undefined, envelope: { tpdu: '6000030000' } }),
    jsonBytes({
      weights: { saleStripe: 1, balance: 0.5 },
      amounts: { leastMinor: 1, mostMinor: 9 },
      settleAfter: 20,
    }),
  ],
  run(input) {
    let content: unknown
    try {
      content = JSON.parse(textOfInput(input))
    } catch {
      return
    }
    const mix = parseMix(content, MIX_KINDS)
    if (mix.ok) must(mix.value.weights.size > 0, 'a mix of nothing')
    else must(/^[^\n]+: [^\n]+$/.test(mix.error), 'a mix refused without its place')
    const parsed = parseTarget(content)
    if (!parsed.ok) {
      must(/^[^\n]+: [^\n]+$/.test(parsed.error), 'refused without its place')
      return
    }
    const options = { index: 0, workers: 1, seed: 1, firstNumber: 1, mix: undefined, chips: new Map() }
    const cast = targetCast({ ...options, target: parsed.value, codec: CODEC })
    if (!cast.ok) must(/^[^\n]+: [^\n]+$/.test(cast.error), 'refused without its place')
    else writeRequests(cast.value.tills[0], parsed.value.envelope)
  },
  mutate: changeJson,
}

type Cast = Extract<ReturnType<typeof targetCast>, { readonly ok: true }>['value']
type Envelope = Extract<ReturnType<typeof parseTarget>, { readonly ok: true }>['value']['envelope']

function writeRequests(till: Cast['tills'][number] | undefined, envelope: Envelope): void {
  must(till !== undefined, 'a cast without terminals')
  const start = envelope === undefined ? 0 : envelope.header === undefined ? 5 : 11
  for (let count = 0; count < REQUESTS; count++) {
    const end = till.write(FRAME, 0)
    must(VIEW.index(FRAME, start, end), 'a request that can not be read back')
    must(till.key !== '' && till.kind >= 0, 'a request without a key')
    till.unanswered()
  }
}
