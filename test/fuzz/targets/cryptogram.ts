import { equalBytes } from '../../../src/base/bytes.ts'
import { createEmvCipher } from '../../../src/crypto/emv-cipher.ts'
import { decodeTlvs } from '../../../src/emv/ber-tlv.ts'
import { decipherScriptData, encipherScriptData } from '../../../src/emv/cryptogram.ts'
import {
  CRYPTOGRAM_SCHEMES,
  checkIssuerAuthentication,
  cryptogramData,
  issuerAuthenticationData,
  schemeCryptogram,
  schemeMasterKey,
  schemeScriptKey,
} from '../../../src/emv/schemes.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'
import { chipObjects } from '../seed-inputs.ts'
import { changeTlvs } from '../tlv-mutator.ts'

const cipher = createEmvCipher()
const MASTER_KEY = Uint8Array.from({ length: 16 }, (_, index) => index * 17)

/** Scheme, counter and number, then the objects of a request: a card's cryptogram, the issuer's answer and its check. */
export const target: FuzzTarget = {
  sizeMax: 600,
  seeds: () =>
    chipObjects()
      .slice(0, 12)
      .flatMap((objects, index) => [
        Uint8Array.from([index % CRYPTOGRAM_SCHEMES.length, 0, 1, 1, 2, 3, 4, ...objects]),
      ]),
  run(input) {
    const reader = new InputReader(input)
    const scheme = reader.pick(CRYPTOGRAM_SCHEMES)
    const counter = fixed(reader.take(2), 2)
    const unpredictable = fixed(reader.take(4), 4)
    const objects = Uint8Array.from(reader.rest())
    const decoded = decodeTlvs(objects)
    const values = new Map(decoded.ok ? decoded.value.map(({ tag, value }) => [tag, value]) : [])
    const key = schemeMasterKey(cipher, scheme, MASTER_KEY, '6210948000000029', '01')
    const context = { applicationTransactionCounter: counter, unpredictableNumber: unpredictable }
    const data = cryptogramData(scheme, (tag) => values.get(tag))
    if (!data.ok) {
      must(data.error.kind === 'missing', 'no reason why there is no data')
      return
    }
    const cryptogram = schemeCryptogram(cipher, scheme, key, context, data.value)
    must(cryptogram.length === 8, 'a cryptogram of another size')
    schemeScriptKey(cipher, scheme, key, context, cryptogram)
    const answer = issuerAuthenticationData(cipher, scheme, key, context, cryptogram, '00')
    const check = (bytes: Uint8Array) =>
      checkIssuerAuthentication(cipher, scheme, key, context, cryptogram, bytes)
    must(check(answer).authentic && check(answer).approved, "the issuer's own answer is refused")
    check(values.get('91') ?? objects)
    const script = objects.subarray(0, 200)
    const clear = decipherScriptData(cipher, MASTER_KEY, encipherScriptData(cipher, MASTER_KEY, script))
    must(clear !== undefined && equalBytes(clear, script), 'script data change')
    decipherScriptData(cipher, MASTER_KEY, objects)
  },
  mutate: (input, random) =>
    Uint8Array.from([...input.subarray(0, 7), ...changeTlvs(Uint8Array.from(input.subarray(7)), random)]),
}

function fixed(bytes: Uint8Array, size: number): Uint8Array {
  const all = new Uint8Array(size)
  all.set(bytes.subarray(0, size))
  return all
}
