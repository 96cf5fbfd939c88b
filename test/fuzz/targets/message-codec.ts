import { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { concatBytes, equalBytes } from '../../../src/base/bytes.ts'
import type { Codec } from '../../../src/iso8583/compile.ts'
import type { Message } from '../../../src/iso8583/message.ts'
import { fieldsToText, messageFromText } from '../../../src/iso8583/message-text.ts'
import { CODECS, GOOD_FIELDS, randomMessage } from '../dialects.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'

const VIEWS = CODECS.map((codec) => codec.createView())

/** Dialect, then a message: what is decoded is encoded to the same message, and the view says the same. */
export const target: FuzzTarget = {
  sizeMax: 2048,
  seeds: () => {
    const random = new SeededRandom(1)
    return CODECS.flatMap((codec, index) =>
      [{ mti: '0200', fields: GOOD_FIELDS }, ...Array.from({ length: 8 }, () => randomMessage(codec, random))]
        .map((message) => codec.encode(message))
        .flatMap((encoded) => (encoded.ok ? [concatBytes([Uint8Array.of(index), encoded.value])] : [])),
    )
  },
  run(input) {
    const index = (input[0] ?? 0) % CODECS.length
    const codec = CODECS[index] as Codec
    const bytes = input.subarray(1)
    const decoded = codec.decode(bytes)
    const view = VIEWS[index]
    must(view !== undefined, 'no view')
    const isIndexed = view.index(bytes, 0, bytes.length)
    if (!decoded.ok) {
      const { offset, field } = decoded.error
      must(offset >= 0 && offset <= bytes.length, 'the error is outside the message')
      must(field >= 0 && field <= 128, 'the error is of no field')
      // The view looks at lengths alone: it may accept what holds a bad digit, never the other way round.
      must(isIndexed || view.error !== undefined, 'the view gives no reason')
      return
    }
    must(isIndexed, 'the view refuses what is decoded')
    checkView(codec, decoded.value, view)
    const encoded = codec.encode(decoded.value)
    must(encoded.ok, 'what is decoded can not be encoded')
    const again = codec.decode(encoded.value)
    must(again.ok && isSame(again.value, decoded.value), 'encoding changes the message')
    const rewritten = codec.encode(again.value)
    must(rewritten.ok && equalBytes(rewritten.value, encoded.value), 'the canonical form is not stable')
    must(encoded.value.length <= bytes.length, 'the canonical form is longer than what came')
    const text = messageFromText(codec.spec, {
      mti: decoded.value.mti,
      fields: fieldsToText(decoded.value),
    })
    must(text.ok && isSame(text.value, decoded.value), 'the text form changes the message')
  },
  mutate(input, random) {
    const index = random.below(CODECS.length)
    const codec = CODECS[index] as Codec
    const decoded = random.chance(500)
      ? CODECS[(input[0] ?? 0) % CODECS.length]?.decode(input.subarray(1))
      : undefined
    const fresh = randomMessage(codec, random)
    const message = decoded?.ok
      ? { mti: decoded.value.mti, fields: { ...decoded.value.fields, ...fresh.fields } }
      : fresh
    const encoded = codec.encode(message)
    return encoded.ok ? concatBytes([Uint8Array.of(index), encoded.value]) : input
  },
}

function checkView(codec: Codec, message: Message, view: ReturnType<Codec['createView']>): void {
  must(view.mti === message.mti, 'the view has another message type')
  for (let bit = 2; bit <= codec.spec.bits; bit++) {
    const value = message.fields[bit]
    must(view.has(bit) === (value !== undefined), `the view differs in whether there is field ${bit}`)
    if (value === undefined) continue
    if (typeof value === 'string') must(view.text(bit) === value, `the view differs in field ${bit}`)
    else must(equalBytes(view.value(bit) ?? new Uint8Array(0), value), `the view differs in field ${bit}`)
    must(view.sizeOf(bit) === value.length, `the view differs in the size of field ${bit}`)
    must(view.bytes(bit) !== undefined && view.offsetOf(bit) > 0, `the view has no bytes of field ${bit}`)
  }
}

function isSame(left: Message, right: Message): boolean {
  if (left.mti !== right.mti) return false
  for (let bit = 2; bit <= 128; bit++) {
    const [a, b] = [left.fields[bit], right.fields[bit]]
    if (typeof a === 'object' && typeof b === 'object' ? !equalBytes(a, b) : a !== b) return false
  }
  return true
}
