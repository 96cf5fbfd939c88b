import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import type { Fields, FieldValue, Message } from '../../src/iso8583/message.ts'
import type { DataElementSpec, MessageSpec } from '../../src/iso8583/spec.ts'
import { ISO1987_ASCII } from '../../src/iso8583/specs/iso1987-ascii.ts'
import { ISO1987_BINARY } from '../../src/iso8583/specs/iso1987-binary.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'

const characters = (alphabet: string, min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: min, maxLength: max })

const DIGITS = '0123456789'

function valuesOf({ attribute, length }: DataElementSpec): fc.Arbitrary<FieldValue> {
  const max = Math.min(length.kind === 'fixed' ? length.size : length.sizeMax, 60)
  const min = length.kind === 'fixed' ? length.size : 0
  switch (attribute) {
    case 'b':
      return fc.uint8Array({ minLength: min, maxLength: max })
    case 'n':
      return characters(DIGITS, min, max)
    case 'xn':
      return fc
        .tuple(fc.constantFrom('C', 'D'), characters(DIGITS, min - 1, max - 1))
        .map(([sign, digits]) => sign + digits)
    case 'z':
      return characters(`${DIGITS}ABCDEF`, min, max)
    case 'ans':
      return characters('aZ09 =/\u00ff\u0000', min, max)
    default:
      return characters('aZ09 -', min, max)
  }
}

function messages(spec: MessageSpec): fc.Arbitrary<Message> {
  const bits = Object.keys(spec.elements).map(Number)
  return fc.tuple(characters(DIGITS, 4, 4), fc.subarray(bits, { maxLength: 12 })).chain(([mti, chosen]) => {
    const values = chosen.map((bit) => valuesOf(spec.elements[bit] as DataElementSpec))
    return fc.tuple(...values).map((each) => {
      const fields: Fields = {}
      chosen.forEach((bit, index) => {
        fields[bit] = each[index]
      })
      return { mti, fields }
    })
  })
}

const present = (message: Message) =>
  Object.entries(message.fields)
    .filter(([, value]) => value !== undefined)
    .map(([bit, value]) => [bit, typeof value === 'string' ? value : toHex(value as Uint8Array)])

for (const spec of [UNIONPAY_POS, ISO1987_ASCII, ISO1987_BINARY]) {
  const codec = compileSpec(spec)
  const encoded = (message: Message): Uint8Array => {
    const result = codec.encode(message)
    if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`)
    return result.value
  }

  describe(`${spec.id}: properties`, () => {
    it('decode undoes encode, and the view reads the same', () => {
      const view = codec.createView()
      fc.assert(
        fc.property(messages(spec), fc.nat(5), (message, offset) => {
          const bytes = encoded(message)
          const decoded = codec.decode(bytes)
          expect(decoded.ok && decoded.value.mti).toBe(message.mti)
          expect(decoded.ok && present(decoded.value)).toEqual(present(message))
          const shifted = new Uint8Array(offset + bytes.length + 3).fill(0x39)
          shifted.set(bytes, offset)
          expect(view.index(shifted, offset, offset + bytes.length)).toBe(true)
          expect(view.mti).toBe(message.mti)
          for (const bit of Object.keys(spec.elements).map(Number)) {
            const value = message.fields[bit]
            expect(view.has(bit)).toBe(value !== undefined)
            if (typeof value === 'string') expect(view.text(bit)).toBe(value)
            else if (value !== undefined)
              expect(toHex(view.value(bit) ?? new Uint8Array())).toBe(toHex(value))
          }
        }),
      )
    })

    it('every cut of a message is refused, and says where', () => {
      fc.assert(
        fc.property(messages(spec), fc.nat(), (message, cut) => {
          const bytes = encoded(message)
          const size = cut % bytes.length
          const decoded = codec.decode(bytes.subarray(0, size))
          expect(decoded.ok).toBe(false)
          if (!decoded.ok) {
            expect(decoded.error.kind).toBe('truncated')
            expect(decoded.error.offset).toBeLessThanOrEqual(size)
          }
        }),
      )
    })

    it('a byte too many is refused', () => {
      fc.assert(
        fc.property(messages(spec), (message) => {
          const bytes = encoded(message)
          const longer = new Uint8Array(bytes.length + 1)
          longer.set(bytes)
          const decoded = codec.decode(longer)
          expect(decoded).toEqual({
            ok: false,
            error: { kind: 'trailingBytes', field: 0, offset: bytes.length, size: 1 },
          })
        }),
      )
    })

    it('damage never throws, and decode and view agree on what is whole', () => {
      const view = codec.createView()
      const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
      fc.assert(
        fc.property(
          fc.oneof(messages(spec).map(encoded), fc.uint8Array({ maxLength: 80 })),
          flips,
          (original, damage) => {
            const bytes = original.slice()
            if (bytes.length > 0) for (const [at, byte] of damage) bytes[at % bytes.length] = byte
            const decoded = codec.decode(bytes)
            const indexed = view.index(bytes, 0, bytes.length)
            if (decoded.ok) expect(indexed).toBe(true)
            if (!indexed) expect(view.error).toEqual(decoded.ok ? undefined : view.error)
            for (const bit of Object.keys(spec.elements).map(Number)) {
              view.text(bit)
              view.bytes(bit)
            }
          },
        ),
        { numRuns: 1000 },
      )
    })

    it('a decoded value stays as it was when the receive buffer is used again', () => {
      fc.assert(
        fc.property(messages(spec), (message) => {
          // A socket gives Buffers, whose `slice` shares memory.
          for (const bytes of [encoded(message), Buffer.from(encoded(message))]) {
            const decoded = codec.decode(bytes)
            bytes.fill(0xff)
            expect(decoded.ok && present(decoded.value)).toEqual(present(message))
          }
        }),
      )
    })
  })
}

describe('fields of bytes', () => {
  const codec = compileSpec(UNIONPAY_POS)

  it('stay as they were when other messages are decoded and written to', () => {
    const kept: [Message, Message][] = []
    fc.assert(
      fc.property(messages(UNIONPAY_POS), fc.nat(300), (message, offset) => {
        const encoded = codec.encode({
          mti: message.mti,
          fields: { ...message.fields, 55: new Uint8Array(200), 64: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
        })
        if (!encoded.ok) throw new Error('refused')
        const around = new Uint8Array(encoded.value.length + 600).fill(0xee)
        around.set(encoded.value, offset)
        const decoded = codec.decode(around, offset, offset + encoded.value.length)
        if (!decoded.ok) throw new Error('refused')
        // What one value is filled with must not be seen in another.
        const written = decoded.value.fields[55] as Uint8Array
        written.fill(kept.length)
        kept.push([
          { ...message, fields: { ...message.fields, 55: new Uint8Array(200).fill(kept.length) } },
          decoded.value,
        ])
      }),
      { numRuns: 1000 },
    )
    for (const [expected, found] of kept) {
      const mac = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
      expect(present(found)).toEqual(present({ ...expected, fields: { ...expected.fields, 64: mac } }))
    }
  })

  it('are read from a message longer than others, and none is copied beyond its longest', () => {
    const iso = compileSpec(ISO1987_BINARY)
    const fields: Fields = { 128: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1) }
    for (const [bit, { attribute, length }] of Object.entries(ISO1987_BINARY.elements)) {
      if (attribute === 'ans' && length.kind === 'variable') fields[Number(bit)] = 'x'.repeat(length.sizeMax)
    }
    const encoded = iso.encode({ mti: '0800', fields })
    if (!encoded.ok) throw new Error(`refused: ${JSON.stringify(encoded.error)}`)
    const decoded = iso.decode(encoded.value)
    expect(decoded.ok && decoded.value.fields[128]).toEqual(fields[128])
    const followed = new Uint8Array(1_000_000)
    followed.set(encoded.value)
    expect(iso.decode(followed)).toMatchObject({
      error: { kind: 'trailingBytes', offset: encoded.value.length },
    })
    expect(encoded.value.length).toBeGreaterThan(65_536 / 4)
  })
})

it('a dialect without a field has messages of nothing but their head', () => {
  const codec = compileSpec({ ...UNIONPAY_POS, elements: {} })
  const encoded = codec.encode({ mti: '0800', fields: {} })
  expect(encoded.ok && toHex(encoded.value)).toBe('08000000000000000000')
  expect(encoded.ok && codec.decode(encoded.value)).toMatchObject({ ok: true, value: { mti: '0800' } })
  expect(codec.encode({ mti: '0800', fields: { 3: '000000' } })).toMatchObject({
    error: { kind: 'unknownField' },
  })
})

describe('refusals', () => {
  const codec = compileSpec(UNIONPAY_POS)
  const ascii = compileSpec(ISO1987_ASCII)
  const encodeFields = (fields: Fields) => codec.encode({ mti: '0200', fields })
  const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/ /g, ''), 'hex'))

  it('a nibble that is no digit names its field and byte', () => {
    expect(codec.decode(hex('0200 2000000000000000 00000A'))).toEqual({
      ok: false,
      error: { kind: 'badDigit', field: 3, offset: 10, size: 0 },
    })
    expect(codec.decode(hex('02A0 0000000000000000'))).toEqual({
      ok: false,
      error: { kind: 'badDigit', field: 0, offset: 0, size: 0 },
    })
  })

  it('a card number is read with zero or F as its padding, and with nothing else', () => {
    for (const pad of ['0', 'F']) {
      const decoded = codec.decode(hex(`0200 4000000000000000 19 621094800000001234${'5'}${pad}`))
      expect(decoded.ok && decoded.value.fields[2]).toBe('6210948000000012345')
    }
    expect(codec.decode(hex('0200 4000000000000000 19 62109480000000123457')).ok).toBe(false)
  })

  it('a length above the maximum is refused before anything is read', () => {
    expect(codec.decode(hex('0200 4000000000000000 20'))).toEqual({
      ok: false,
      error: { kind: 'lengthExceeded', field: 2, offset: 10, size: 20 },
    })
    expect(codec.decode(hex('0200 0000000000000200 9999'))).toMatchObject({
      error: { kind: 'lengthExceeded', field: 55 },
    })
  })

  it('bit 1 has no meaning in a dialect of 64 fields', () => {
    expect(codec.decode(hex('0800 8000000000000000 0000000000000000'))).toMatchObject({
      error: { kind: 'unknownField', field: 1 },
    })
  })

  it('encode refuses what the field does not allow, by number and without the value', () => {
    expect(encodeFields({ 4: '12' })).toEqual({ ok: false, error: { kind: 'badLength', field: 4, size: 2 } })
    expect(encodeFields({ 3: '00000x' })).toMatchObject({ error: { kind: 'badDigit', field: 3 } })
    expect(encodeFields({ 52: '1234567812345678' })).toMatchObject({ error: { kind: 'badType', field: 52 } })
    expect(encodeFields({ 70: '301' })).toMatchObject({ error: { kind: 'unknownField', field: 70 } })
    expect(codec.encode({ mti: '2', fields: {} })).toMatchObject({ error: { kind: 'badMti' } })
    expect(encodeFields({ 41: '123456789' })).toMatchObject({ error: { kind: 'badLength', field: 41 } })
  })

  it('fixed text is filled with spaces', () => {
    const encoded = encodeFields({ 41: 'T1' })
    expect(encoded.ok && Buffer.from(encoded.value.subarray(-8)).toString()).toBe('T1      ')
  })

  it('the secondary bitmap comes with the first field above 64', () => {
    const encoded = ascii.encode({ mti: '0800', fields: { 7: '1123093200', 11: '000002', 70: '301' } })
    expect(encoded.ok && Buffer.from(encoded.value).toString()).toBe(
      '0800822000000000000004000000000000001123093200000002301',
    )
  })

  it('encodeInto says when the target is too small', () => {
    expect(codec.encodeInto({ mti: '0200', fields: { 3: '000000' } }, new Uint8Array(12), 0)).toBe(-1)
    expect(codec.lastError).toMatchObject({ kind: 'overflow', field: 3 })
    expect(codec.encodeInto({ mti: '0200', fields: { 3: '000000' } }, new Uint8Array(15), 2)).toBe(15)
  })
})
