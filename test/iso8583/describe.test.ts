import { describe, expect, it } from 'vitest'
import { asciiToBytes, concatBytes, fromHex } from '../../src/base/bytes.ts'
import { describeChipData } from '../../src/cli/message/chip-data.ts'
import { builtInCodecs } from '../../src/cli/message/dialects.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { describeMessage } from '../../src/iso8583/describe.ts'
import { detectDialect, detectMisannounced } from '../../src/iso8583/detect-dialect.ts'
import { parseEnvelope } from '../../src/iso8583/framing/envelope.ts'
import { lengthPrefixBytes } from '../../src/iso8583/framing/length-prefix.ts'
import { messageFromText } from '../../src/iso8583/message-text.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import { textOf, vectorsOf } from '../vectors/vectors.ts'

const codec = compileSpec(UNIONPAY_POS)
const PAN = '6210948000000011'

function described(
  fields: Record<string, string>,
  options: { reveal?: boolean; language?: 'zh' | 'en' } = {},
): string {
  const message = messageFromText(UNIONPAY_POS, { mti: '0200', fields })
  if (!message.ok) throw new Error(JSON.stringify(message.error))
  return describeMessage(UNIONPAY_POS, message.value, {
    language: options.language ?? 'en',
    reveal: options.reveal === true,
    describeChipData,
  })
}

describe('a described message', () => {
  const SECRETS = {
    2: PAN,
    35: `${PAN}D30102010000`,
    36: `99${PAN}D156156`,
    52: '912C48B98668BEB4',
    55: `5A08${PAN}5713${PAN}D301020100000000000000000F9F2608B04398D218017BF995050000048800`.replace(
      '5713',
      '5712',
    ),
  }

  it('shows no card number, track or PIN block, wherever it stands', () => {
    const text = described({ ...SECRETS, 55: `5A08${PAN}9F2608B04398D218017BF995050000048800` })
    expect(text).toContain('621094******0011')
    expect(text).not.toContain(PAN)
    expect(text).not.toContain('912C48B98668BEB4')
    expect(text).not.toContain('D3010201')
  })

  it('shows everything when told to', () => {
    const text = described({ ...SECRETS, 55: `5A08${PAN}` }, { reveal: true })
    for (const secret of [PAN, '912C48B98668BEB4', `${PAN}D30102010000`]) expect(text).toContain(secret)
  })

  it('shows what of a sale is a tip, and no card number in its place', () => {
    expect(described({ 48: '000000001500' })).toMatch(/48 +tip \/ 小费 +1500/)
    expect(described({ 48: '676770000000' })).not.toContain('676770000000')
  })

  it('names fields and subfields in either language, and chip data to their bits', () => {
    const fields = { 39: '00', 60: '22000012000501', 55: '95050000048800' }
    expect(described(fields)).toMatch(/batch number/)
    const text = described(fields, { language: 'zh' })
    expect(text).toMatch(/批次号/)
    expect(described(fields)).toMatch(/[Oo]nline PIN entered/)
  })

  it('says of field 55 that is none how long it is', () => {
    expect(described({ 55: '9F26FF00' })).toMatch(/4 bytes/)
  })
})

describe('the dialect of a message', () => {
  const codecs = builtInCodecs()

  it.each(vectorsOf('cup-message'))('$id, with length, without, and bare', ({ inputs }) => {
    const all = fromHex(textOf(inputs, 'hex'))
    const frame = inputs['hasLength'] === true ? all.subarray(2) : all
    const parsed = parseEnvelope(frame, 'tpduAndHeader')
    const body = frame.subarray(parsed?.start ?? 0)
    for (const bytes of [frame, concatBytes([lengthPrefixBytes('binary2', frame.length), frame]), body]) {
      const [best] = detectDialect(bytes, codecs)
      expect(best?.codec.spec.id).toBe('unionpay-pos')
      expect(best?.result.ok).toBe(true)
    }
  })

  it.each(vectorsOf('iso8583-ascii'))('$id, bare and with either length', ({ inputs }) => {
    const bytes = fromHex(textOf(inputs, 'messageHex'))
    const framed = [
      bytes,
      concatBytes([lengthPrefixBytes('binary2', bytes.length), bytes]),
      concatBytes([asciiToBytes(String(bytes.length).padStart(4, '0')), bytes]),
    ]
    for (const each of framed)
      expect(detectDialect(each, codecs)[0]).toMatchObject({
        codec: { spec: { id: 'iso1987-ascii' } },
        result: { ok: true },
      })
  })

  it('a cut frame is read behind its length as far as it goes', () => {
    for (const { inputs } of vectorsOf('cup-message')) {
      if (inputs['hasLength'] !== true) continue
      const all = fromHex(textOf(inputs, 'hex'))
      const cut = detectMisannounced(all.subarray(0, all.length - 3), [codec])
      expect(cut).toMatchObject({ announced: all.length - 2, actual: all.length - 5 })
      expect(cut?.result.ok).toBe(false)
    }
  })

  it('anything at all has a reading, and none throws', () => {
    for (let size = 1; size < 40; size++) {
      const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 73 + size * 31) & 0xff)
      expect(detectDialect(bytes, codecs).length).toBeGreaterThan(0)
      detectMisannounced(bytes, codecs)
    }
  })
})
