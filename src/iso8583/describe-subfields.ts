import { bytesToAscii, toHex } from '../base/bytes.ts'
import { markupText } from '../base/conversion.ts'
import { truncatePan } from '../base/exposure.ts'
import { currencyCode, formatAmount } from '../base/money.ts'
import type { FieldValue } from './message.ts'
import { CONVERSION_ORGANISATION, CONVERSION_TAG, parseConversion } from './subfields/currency-conversion.ts'
import { parseBatchDetails, parseSettlementTotals, type SettlementTotals } from './subfields/field-48.ts'
import { parseAdditionalAmounts } from './subfields/field-54.ts'
import { FIELD_59_TAGS, parseField59 } from './subfields/field-59.ts'
import { parseField60 } from './subfields/field-60.ts'
import { parseField61 } from './subfields/field-61.ts'
import {
  parseParameters,
  parseTerminalSerial,
  parseWorkingKeys,
  type WrappedKeyField,
} from './subfields/field-62.ts'
import { parseField63 } from './subfields/field-63.ts'
import { parseTip } from './subfields/tip-amount.ts'

/** One subfield in words: number or tag, name, and the value as it may be shown. */
export type SubfieldLine = readonly [place: string, name: string, value: string]

/**
 * Subfields of one field of the UnionPay POS dialect; empty when the content has none that are known.
 * `reveal` shows what the element's exposure would hide.
 */
export function describeSubfields(
  bit: number,
  value: FieldValue,
  mti: string,
  reveal: boolean,
): readonly SubfieldLine[] {
  if (typeof value !== 'string') return bit === 62 ? describe62(value, mti, reveal) : []
  switch (bit) {
    case 48:
      return describe48(value, mti, reveal)
    case 54:
      return describe54(value)
    case 59:
      return describe59(value, reveal)
    case 60:
      return describe60(value)
    case 61:
      return describe61(value)
    case 63:
      return describe63(value, reveal)
    default:
      return []
  }
}

function describe60(value: string): readonly SubfieldLine[] {
  const parsed = parseField60(value)
  if (!parsed.ok) return []
  const lines: readonly (readonly [string, string, string | undefined])[] = [
    ['60.1', 'transaction type / 交易类型码', parsed.value.transactionType],
    ['60.2', 'batch number / 批次号', parsed.value.batchNumber],
    ['60.3', 'network management code / 网络管理信息码', parsed.value.managementCode],
    ['60.4', 'terminal reading capability / 终端读取能力', parsed.value.readingCapability],
    ['60.5', 'IC condition code / IC卡条件代码', parsed.value.chipCondition],
    ['60.6', 'partial approval supported / 支持部分扣款', parsed.value.partialApproval],
    ['60.7', 'account type / 账户类型', parsed.value.accountType],
  ]
  return lines.filter((line): line is SubfieldLine => line[2] !== undefined)
}

function describe61(value: string): readonly SubfieldLine[] {
  const parsed = parseField61(value)
  if (!parsed.ok) return []
  const lines: readonly (readonly [string, string, string | undefined])[] = [
    ['61.1', 'original batch / 原始批号', parsed.value.batchNumber],
    ['61.2', 'original STAN / 原始流水号', parsed.value.stan],
    ['61.3', 'original date / 原始日期', parsed.value.date],
    ['61.4', 'authorisation mode / 授权方式', parsed.value.authorisationMode],
    ['61.5', 'authorisation institution / 授权机构代码', parsed.value.authorisationInstitution],
  ]
  return lines.filter((line): line is SubfieldLine => line[2] !== undefined)
}

function describe48(value: string, mti: string, reveal: boolean): readonly SubfieldLine[] {
  const tipMinor = mti.startsWith('02') ? parseTip(value) : undefined
  if (tipMinor !== undefined) return [['48', 'tip / 小费', String(tipMinor)]]
  const totals = parseSettlementTotals(value)
  if (totals.ok) {
    return [
      ...describeTotals('domestic / 内卡', totals.value.domestic),
      ...describeTotals('foreign / 外卡', totals.value.foreign),
    ]
  }
  const details = parseBatchDetails(value)
  if (!details.ok) return []
  return details.value.map(({ cardClass, stan, pan, amountMinor }, index) => [
    `48.${index + 1}`,
    `record / 明细`,
    `class ${cardClass} STAN ${stan} PAN ${reveal ? pan : truncatePan(pan)} amount ${amountMinor}`,
  ])
}

function describeTotals(name: string, totals: SettlementTotals): readonly SubfieldLine[] {
  return [
    [name, 'debit / 借记', `${totals.debitCount} × ${totals.debitAmountMinor}`],
    [name, 'credit / 贷记', `${totals.creditCount} × ${totals.creditAmountMinor}`],
    [name, 'comparison / 对账应答', totals.flag],
  ]
}

function describe54(value: string): readonly SubfieldLine[] {
  const parsed = parseAdditionalAmounts(value)
  if (!parsed.ok) return []
  return parsed.value.map(({ accountType, amountType, currency, amountMinor }, index) => [
    `54.${index + 1}`,
    'amount / 金额',
    `account ${accountType} type ${amountType} currency ${currency}: ${amountMinor}`,
  ])
}

function describe59(value: string, reveal: boolean): readonly SubfieldLine[] {
  const three = parseField59(value, 3)
  const parsed = three.ok ? three : parseField59(value, 2)
  if (!parsed.ok) return []
  return parsed.value.map((item) => {
    const name = FIELD_59_TAGS[item.tag]
    return [
      item.tag,
      name === undefined ? '' : `${name.en} / ${name.zh}`,
      item.tag === CONVERSION_TAG
        ? conversionText(item.value)
        : reveal || item.tag === 'A4'
          ? item.value
          : `<${item.value.length} characters>`,
    ]
  })
}

/** `USD 17.88 at 0.140625 + 3.00 %, rates 12`; the size of what is none. */
function conversionText(value: string): string {
  const parsed = parseConversion(value)
  if (!parsed.ok) return `<${value.length} characters>`
  const { currency, amountMinor, rate, markupBasisPoints, version } = parsed.value
  const amount = `${currencyCode(currency)} ${formatAmount(amountMinor, currency)}`
  return `${amount} at ${rate} + ${markupText(markupBasisPoints)}, rates ${version}`
}

function describe63(value: string, reveal: boolean): readonly SubfieldLine[] {
  const parsed = parseField63(value)
  if (!parsed.ok || !/^[A-Z0-9 ]{3}$/.test(parsed.value.operatorOrOrganisation)) return []
  const { operatorOrOrganisation, text } = parsed.value
  if (operatorOrOrganisation === CONVERSION_ORGANISATION && text !== undefined)
    return [
      ['63.1', 'operator or organisation / 操作员或卡组织', operatorOrOrganisation],
      ['63.2', "amount in the cardholder's currency / 持卡人货币金额", conversionText(text)],
    ]
  const first: SubfieldLine = ['63.1', 'operator or organisation / 操作员或卡组织', operatorOrOrganisation]
  if (text === undefined) return [first]
  const shown = /^[ -~]*$/.test(text) ? text : `<${text.length} bytes>`
  return [
    first,
    ['63.2', 'text / 自由文本', reveal || /^[ -~]*$/.test(text) ? shown : `<${text.length} bytes>`],
  ]
}

function describe62(value: Uint8Array, mti: string, reveal: boolean): readonly SubfieldLine[] {
  const serial = parseTerminalSerial(value)
  if (serial.ok) {
    return [
      ['62', 'certificate / 入网许可证号', serial.value.certificate],
      ['62', 'terminal serial / 终端序列号', serial.value.serialNumber],
    ]
  }
  if (mti === '0810') {
    const keys = parseWorkingKeys(value)
    if (keys.ok) return describeKeys(keys.value, reveal)
  }
  const parameters = parseParameters(bytesToAscii(value))
  if (!parameters.ok) return []
  return parameters.value.map((item) => [`62.${item.code}`, item.name, item.value.trimEnd()])
}

function describeKeys(
  keys: Readonly<Record<string, WrappedKeyField | undefined>> | object,
  reveal: boolean,
): readonly SubfieldLine[] {
  return Object.entries(keys as Record<string, WrappedKeyField>).map(([name, { cryptogram, checkValue }]) => [
    '62',
    name,
    `${reveal ? toHex(cryptogram) : `<${cryptogram.length} bytes>`} KCV ${toHex(checkValue)}`,
  ])
}
