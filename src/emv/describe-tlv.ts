import { toHex } from '../base/bytes.ts'
import {
  BIT_TABLES,
  type BitRow,
  CARD_VERIFICATION_RESULTS,
  CVM_CONDITIONS,
  CVM_METHODS,
  CVM_RESULTS,
  TERMINAL_RESPONSE_CODES,
  TERMINAL_TYPES,
} from './bit-tables.ts'
import { parseDol } from './dol.ts'
import { tagInfo } from './tags.ts'

export type DescribeLanguage = 'zh' | 'en'

type Describer = (value: Uint8Array, language: DescribeLanguage) => readonly string[]

const DESCRIBERS: ReadonlyMap<string, Describer> = new Map<string, Describer>([
  ['8A', describeResponseCode],
  ['8C', describeDol],
  ['8D', describeDol],
  ['8E', describeCvmList],
  ['97', describeDol],
  ['9F10', describeIssuerData],
  ['9F34', describeCvmResults],
  ['9F35', describeTerminalType],
  ['9F38', describeDol],
  ['9F49', describeDol],
  ['9F4F', describeDol],
])

/**
 * The meaning of a value, bit by bit or part by part; empty when the tag has no such parts. Whether the value may be
 * shown at all is the caller's to ask (`tagInfo(tag).exposure`). Of a value of another size, what is there is told.
 */
export function describeTlv(tag: string, value: Uint8Array, language: DescribeLanguage = 'en'): string[] {
  const table = BIT_TABLES.get(tag)
  if (table !== undefined) return describeBits(table, value, language)
  return [...(DESCRIBERS.get(tag)?.(value, language) ?? [])]
}

/** The rows of `table` that apply, and the bits that no row knows. */
function describeBits(table: readonly BitRow[], value: Uint8Array, language: DescribeLanguage): string[] {
  const lines: string[] = []
  for (const [byteIndex, byte] of value.entries()) {
    const known = table.filter((row) => row.byteIndex === byteIndex)
    for (const row of known) if ((byte & row.mask) === row.value) lines.push(bitLine(row, language))
    const reserved = known.reduce((bits, { mask }) => bits & ~mask, byte) & 0xff
    if (reserved !== 0) {
      lines.push(
        `${byteIndex + 1}: ${reserved.toString(16).toUpperCase().padStart(2, '0')} ${reservedText(language)}`,
      )
    }
  }
  return lines
}

/** `byte.bit` as the standard counts them, both from 1 and bit 8 the highest; a group by its mask. */
function bitLine(row: BitRow, language: DescribeLanguage): string {
  const { byteIndex, mask, value } = row
  const isSingle = value === mask && (mask & (mask - 1)) === 0
  const place = isSingle
    ? `${byteIndex + 1}.${Math.log2(mask) + 1}`
    : `${byteIndex + 1}&${mask.toString(16).toUpperCase().padStart(2, '0')}`
  return `${place} ${row[language]}`
}

function reservedText(language: DescribeLanguage): string {
  return language === 'zh' ? '保留位' : 'reserved bits'
}

function named(
  names: Readonly<Record<number, readonly [en: string, zh: string]>>,
  code: number,
  language: DescribeLanguage,
): string {
  const texts = names[code]
  if (texts !== undefined) return language === 'zh' ? texts[1] : texts[0]
  const hex = code.toString(16).toUpperCase().padStart(2, '0')
  return language === 'zh' ? `未知 ${hex}` : `unknown ${hex}`
}

function describeRule(code: number, condition: number, language: DescribeLanguage): string {
  const method = named(CVM_METHODS, code & 0x3f, language)
  return `${method}, ${named(CVM_CONDITIONS, condition, language)}`
}

function describeCvmList(value: Uint8Array, language: DescribeLanguage): readonly string[] {
  if (value.length < 8) return []
  const view = new DataView(value.buffer, value.byteOffset, value.length)
  const lines = [`X ${view.getUint32(0)}, Y ${view.getUint32(4)}`]
  const next = language === 'zh' ? '失败时尝试下一条' : 'else next'
  const stop = language === 'zh' ? '失败时停止' : 'else fail'
  for (let at = 8; at + 1 < value.length; at += 2) {
    const code = value[at] ?? 0
    const rule = describeRule(code, value[at + 1] ?? 0, language)
    lines.push(`${toHex(value.subarray(at, at + 2))} ${rule}, ${(code & 0x40) === 0 ? stop : next}`)
  }
  return lines
}

function describeCvmResults(value: Uint8Array, language: DescribeLanguage): readonly string[] {
  const [code, condition, result] = value
  if (code === undefined || condition === undefined || result === undefined) return []
  return [describeRule(code, condition, language), named(CVM_RESULTS, result, language)]
}

function describeTerminalType(value: Uint8Array, language: DescribeLanguage): readonly string[] {
  return value[0] === undefined ? [] : [named(TERMINAL_TYPES, value[0], language)]
}

function describeResponseCode(value: Uint8Array, language: DescribeLanguage): readonly string[] {
  const code = String.fromCharCode(...value)
  const texts = TERMINAL_RESPONSE_CODES[code]
  if (texts === undefined) return /^[0-9A-Z]{2}$/.test(code) ? [code] : []
  return [`${code} ${language === 'zh' ? texts[1] : texts[0]}`]
}

/** Each entry with its name. */
function describeDol(value: Uint8Array, language: DescribeLanguage): readonly string[] {
  const items = parseDol(value)
  if (!items.ok) return []
  return items.value.map(({ tag, size }) => {
    const info = tagInfo(tag)
    const name = language === 'zh' ? info?.nameZh : info?.name
    return `${tag} ${size}${name === undefined ? '' : ` ${name}`}`
  })
}

/** Layout of UnionPay and Visa: length, key index, version, card verification results. Source: JR/T 0025.5. */
function describeIssuerData(value: Uint8Array, language: DescribeLanguage): readonly string[] {
  const [size, keyIndex, version, resultsSize] = value
  if (size === undefined || keyIndex === undefined || version === undefined || resultsSize !== 3) return []
  if (size !== 6 && size !== 7) return []
  const zh = language === 'zh'
  const code = version.toString(16).toUpperCase().padStart(2, '0')
  const lines = [
    `${zh ? '密钥索引' : 'derivation key index'} ${keyIndex}`,
    `${zh ? '密文版本号' : 'cryptogram version'} ${code}`,
    ...describeBits(CARD_VERIFICATION_RESULTS, value.subarray(3, 7), language).filter(
      (line) => !line.startsWith('1:') && !line.startsWith('4:'),
    ),
  ]
  const scripts = (value[6] ?? 0) >> 4
  if (scripts > 0) lines.push(`${zh ? '脚本命令数' : 'issuer script commands'} ${scripts}`)
  const rest = value.subarray(size + 1)
  if (rest.length > 0) lines.push(`${zh ? '发卡行自定义数据' : 'issuer discretionary data'} ${toHex(rest)}`)
  return lines
}
