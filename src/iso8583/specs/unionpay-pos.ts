import { type DataElementSpec, type ElementRow, elementsOf, type MessageSpec } from '../spec.ts'
import { ISO1987_ROWS } from './iso1987-rows.ts'

/** Rows of ISO 8583:1987 that the dialect keeps as they are: all up to bit 64. */
const ISO_ROWS: { readonly [bit: number]: ElementRow } = Object.fromEntries(
  Object.entries(ISO1987_ROWS).filter(([bit]) => Number(bit) <= 64),
)

const elements = elementsOf(
  {
    ...ISO_ROWS,
    48: ['n...322', 'additionalDataPrivate', 'never', '附加数据-私有'],
    54: ['ans...20', 'balanceAmount', 'clear', '余额'],
    55: ['b...255', 'integratedCircuitCardData', 'never', 'IC卡数据域'],
    56: ['ans...512', 'additionalText', 'clear', '附加信息'],
    57: ['ans...512', 'additionalPrivateData', 'never', '附加交易信息'],
    58: ['ans...100', 'electronicPurseData', 'never', 'PBOC电子钱包标准的交易信息'],
    59: ['ans...600', 'extendedTlvData', 'never', '自定义域(TLV)'],
    60: ['n...17', 'customData', 'clear', '自定义域'],
    61: ['n...29', 'originalMessage', 'clear', '原始信息域'],
    62: ['b...512', 'multiUseData', 'never', '自定义域'],
    63: ['ans...163', 'customText', 'clear', '自定义域'],
  },
  { digits: 'bcd', tracks: 'bcd', bytes: 'binary', prefix: 'bcd' },
)

/** Field 22 alone has its padding nibble on the right: 022 is 02 20. */
const entryMode: DataElementSpec = {
  name: 'pointOfServiceEntryMode',
  nameZh: '服务点输入方式码',
  attribute: 'n',
  content: 'bcdLeft',
  length: { kind: 'fixed', size: 3 },
  exposure: 'clear',
}

/**
 * The UnionPay POS dialect: 64 fields, packed digits, BCD lengths that count digits.
 * Source: docs of the UnionPay dialect, 2 and 3.
 */
export const UNIONPAY_POS: MessageSpec = {
  id: 'unionpay-pos',
  mti: 'bcd',
  bitmap: 'binary',
  bits: 64,
  elements: { ...elements, 22: entryMode },
}
