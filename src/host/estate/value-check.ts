/** A sentence for whoever reads it, in both languages. */
export interface Sentence {
  readonly zh: string
  readonly en: string
}

/** How the value of one member is written, and what is wrong with one that is not. */
export type ValueRule =
  | { readonly kind: 'flag' }
  /** `size` digits; any count of them where it is 0. */
  | { readonly kind: 'number'; readonly size: number; readonly min: number; readonly max: number }
  | { readonly kind: 'phone' }
  | { readonly kind: 'bitmap'; readonly bits: readonly string[] }
  /** Minor units, twelve digits. */
  | { readonly kind: 'amount' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** Hexadecimal, so many bytes. */
  | { readonly kind: 'hex'; readonly min: number; readonly max: number }
  | { readonly kind: 'date' }
  | { readonly kind: 'text'; readonly max: number }

/** Undefined where `text` is as the rule wants it. */
export function valueFault(rule: ValueRule, text: string): Sentence | undefined {
  switch (rule.kind) {
    case 'flag':
      return when(!/^[01]$/.test(text), '填 1（是）或 0（否）', 'takes 1 for yes or 0 for no')
    case 'number':
      return numberFault(rule, text)
    case 'phone':
      return when(
        !/^[0-9+*#,-]{0,14}$/.test(text),
        '最多 14 位电话号码字符',
        'takes up to 14 characters of a phone number',
      )
    case 'bitmap':
      return when(
        !/^[0-9A-F]{4}$/.test(text),
        '填 4 位十六进制数字（大写）',
        'takes four hexadecimal digits, in capitals',
      )
    case 'amount':
      return when(
        !/^\d{12}$/.test(text),
        '填数字，以分为单位，例如 100000',
        'takes a number of minor units, such as 100000',
      )
    case 'choice':
      return when(
        !rule.values.includes(text),
        `只能是 ${rule.values.join('、')}`,
        `takes one of ${rule.values.join(', ')}`,
      )
    case 'hex':
      return hexFault(rule, text)
    case 'date':
      return when(!isDate(text), '填日期 YYYYMMDD', 'takes a date as YYYYMMDD')
    case 'text':
      return when(
        !new RegExp(`^[\\x20-\\x7e]{1,${rule.max}}$`).test(text),
        `填 1 到 ${rule.max} 个可打印的英文字符`,
        `takes 1 to ${rule.max} printable characters`,
      )
  }
}

function when(isWrong: boolean, zh: string, en: string): Sentence | undefined {
  return isWrong ? { zh, en } : undefined
}

function numberFault(
  { size, min, max }: Extract<ValueRule, { kind: 'number' }>,
  text: string,
): Sentence | undefined {
  const hasSize = size === 0 ? text.length <= 10 : text.length === size
  const isRight = hasSize && /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max
  return when(!isRight, `填数字，${min} 到 ${max}`, `takes a number from ${min} to ${max}`)
}

function hexFault({ min, max }: Extract<ValueRule, { kind: 'hex' }>, text: string): Sentence | undefined {
  const isRight = /^([0-9A-F]{2})+$/.test(text) && text.length >= min * 2 && text.length <= max * 2
  const zh = min === max ? `${min}` : `${min} 到 ${max}`
  const en = min === max ? `${min}` : `${min} to ${max}`
  return when(!isRight, `填 ${zh} 字节的十六进制（大写）`, `takes ${en} bytes in hexadecimal, in capitals`)
}

function isDate(text: string): boolean {
  if (!/^\d{8}$/.test(text)) return false
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
  const date = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso)
}
