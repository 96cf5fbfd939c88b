import { asciiToBytes, bytesToAscii, equalBytes } from '../../../src/base/bytes.ts'
import type { Result } from '../../../src/base/result.ts'
import { describeSubfields } from '../../../src/iso8583/describe-subfields.ts'
import {
  formatBatchDetails,
  formatSettlementTotals,
  parseBatchDetails,
  parseSettlementTotals,
} from '../../../src/iso8583/subfields/field-48.ts'
import { formatAdditionalAmounts, parseAdditionalAmounts } from '../../../src/iso8583/subfields/field-54.ts'
import { formatField59, parseField59 } from '../../../src/iso8583/subfields/field-59.ts'
import { formatField60, parseField60 } from '../../../src/iso8583/subfields/field-60.ts'
import { formatField61, parseField61 } from '../../../src/iso8583/subfields/field-61.ts'
import {
  formatParameters,
  formatTerminalSerial,
  formatWorkingKeys,
  parseDownloadReply,
  parseParameters,
  parseTerminalSerial,
  parseWorkingKeys,
} from '../../../src/iso8583/subfields/field-62.ts'
import { formatField63, parseField63, splitReplyText } from '../../../src/iso8583/subfields/field-63.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'

type TextForm = readonly [
  bit: number,
  parse: (text: string) => Result<unknown, { readonly offset: number }>,
  format: (value: never) => string,
]

/** Each parser with the writer that has to give the same text again. */
const TEXT_FORMS: readonly TextForm[] = [
  [48, parseSettlementTotals, formatSettlementTotals],
  [48, parseBatchDetails, formatBatchDetails],
  [59, (text) => parseField59(text, 3), (value) => formatField59(value, 3)],
  [59, (text) => parseField59(text, 2), (value) => formatField59(value, 2)],
  [60, parseField60, formatField60],
  [61, parseField61, formatField61],
  [63, parseField63, formatField63],
]
const SEEDS = [
  '12345678901200112345678901200101234567890120021234567890120021'.padEnd(62, '0'),
  `01${'00000123'}00006210948000000029${'000000012345'}`,
  '0002156C000000012345',
  '0001156D0000000123450202840C000000000001',
  'A1003abcA4010TC12345678',
  'A103abcA410TC12345678',
  '22000001000600',
  '00000001003',
  '000001000123',
  '0000010001231127',
  '00000100012311270100012345678',
  'CUPissuer text          centre text         acquirer text       ',
  '01 ',
  'Sequence No1632041234567890AB',
  '1105126011150000000000000022TILLWIRE TEST MERCHANT                  ',
]

/** Subfields 48, 54, 59, 60, 61, 62 and 63: what is read is written the same again. */
export const target: FuzzTarget = {
  sizeMax: 400,
  seeds: () => [
    ...SEEDS.map(asciiToBytes),
    ...[24, 40, 56, 57, 60, 84].map((size) => Uint8Array.from({ length: size }, (_, index) => index * 7)),
  ],
  run(input) {
    const text = bytesToAscii(input)
    for (const [bit, parse, format] of TEXT_FORMS) {
      const parsed = parse(text)
      if (parsed.ok) must(format(parsed.value as never) === text, `field ${bit} is written otherwise`)
      else must(parsed.error.offset >= 0 && parsed.error.offset <= text.length, `field ${bit}: place outside`)
    }
    checkAmounts(text)
    checkField62(input)
    splitReplyText(text)
    for (const bit of [48, 54, 59, 60, 61, 63]) describeSubfields(bit, text, '0210', false)
    for (const mti of ['0800', '0810']) describeSubfields(62, input, mti, false)
  },
}

/** Minus zero has no sign of its own: the sign of nothing may change. */
function checkAmounts(text: string): void {
  const amounts = parseAdditionalAmounts(text)
  if (!amounts.ok) return
  const again = parseAdditionalAmounts(formatAdditionalAmounts(amounts.value))
  must(again.ok && again.value.length === amounts.value.length, 'field 54 is written otherwise')
  for (const [index, item] of amounts.value.entries())
    must(again.value[index]?.amountMinor === item.amountMinor || item.amountMinor === 0, 'an amount changes')
}

function checkField62(input: Uint8Array): void {
  const serial = parseTerminalSerial(input)
  if (serial.ok)
    must(equalBytes(formatTerminalSerial(serial.value), input), 'a serial number is written otherwise')
  const parameters = parseParameters(bytesToAscii(input))
  if (parameters.ok)
    must(formatParameters(parameters.value) === bytesToAscii(input), 'parameters are written otherwise')
  const keys = parseWorkingKeys(input)
  if (keys.ok && [24, 40, 60].includes(input.length)) {
    const slots = [
      keys.value.pinKey,
      keys.value.macKey,
      ...(keys.value.trackKey ? [keys.value.trackKey] : []),
    ]
    const isWritable = slots.every(({ checkValue }) => checkValue.length === 4)
    const again = isWritable ? parseWorkingKeys(formatWorkingKeys(keys.value)) : keys
    must(again.ok && equalBytes(again.value.macKey.cryptogram, keys.value.macKey.cryptogram), 'a key changes')
  }
  const download = parseDownloadReply(input)
  if (download.ok) must(download.value.objects.length === input.length - 1, 'objects of a download are lost')
}
