import { currencyNumber, parseAmount } from '../base/money.ts'
import { STEP_NAMES } from '../terminal/adapters/commissioning/step-names.ts'
import { COMMISSIONING_STEPS, type CommissioningStep } from '../terminal/flows/commissioning/step-evidence.ts'
import type { OriginalReference } from '../terminal/flows/terminal-model.ts'
import type { CliLanguage } from './language.ts'

export type Text = { readonly [language in CliLanguage]: string }

/** How a word after the command is understood. Undefined: it is not of this kind. */
export interface ArgumentKind<T> {
  readonly expected: Text
  parse(word: string, currency: string): T | undefined
}

/** The arguments of one line, taken from left to right; the first that does not fit is remembered. */
export class Arguments {
  readonly #words: readonly string[]
  readonly #currency: string
  #index = 0
  failed: { readonly argument: number; readonly expected: Text } | undefined

  constructor(words: readonly string[], currency: string) {
    this.#words = words
    this.#currency = currency
  }

  get leftOver(): boolean {
    return this.#index < this.#words.length
  }

  /** The next word as a `kind`; undefined when there is none or it is `-`: the terminal then asks for it. */
  take<T>(kind: ArgumentKind<T>): T | undefined {
    const word = this.#words[this.#index]
    if (word === undefined || word.toLowerCase() === 'keyed' || this.failed !== undefined) return undefined
    this.#index++
    if (word === '-') return undefined
    const value = kind.parse(word, this.#currency)
    if (value === undefined) this.failed = { argument: this.#index, expected: kind.expected }
    return value
  }

  /** An amount, and the currency behind it if one stands there. */
  takeMoney(): { readonly amountMinor?: number; readonly currency?: string } {
    const next = this.#words[this.#index + 1]
    const currency = next === undefined || /^\d{12}$/.test(next) ? undefined : CURRENCY.parse(next, '')
    const kind =
      currency === undefined ? AMOUNT : { ...AMOUNT, parse: (word: string) => parseAmount(word, currency) }
    const amountMinor = this.take(kind)
    if (currency === undefined) return amountMinor === undefined ? {} : { amountMinor }
    this.#index++
    return amountMinor === undefined ? { currency } : { amountMinor, currency }
  }

  /** The amount behind the word `tip`, in `currency`, if it stands there. */
  takeTip(currency: string | undefined): { readonly tipMinor?: number } {
    if (!this.has('tip')) return {}
    const tipMinor = this.require({
      ...TIP_AMOUNT,
      parse: (word, own) => TIP_AMOUNT.parse(word, currency ?? own),
    })
    return tipMinor === undefined ? {} : { tipMinor }
  }

  /** As `take`, but it must be there. */
  require<T>(kind: ArgumentKind<T>): T | undefined {
    const value = this.take(kind)
    if (value === undefined) this.failed ??= { argument: this.#index + 1, expected: kind.expected }
    return value
  }

  /** Whether the next word is `word`; it is taken then. */
  has(word: string): boolean {
    if (this.#words[this.#index]?.toLowerCase() !== word) return false
    this.#index++
    return true
  }
}

export const AMOUNT: ArgumentKind<number> = {
  expected: { zh: '金额，例如 12.34', en: 'an amount such as 12.34' },
  parse: (word, currency) => parseAmount(word, currency),
}
export const TIP_AMOUNT: ArgumentKind<number> = {
  ...AMOUNT,
  parse: (word, currency) => (/^0+([.]0+)?$/.test(word) ? 0 : parseAmount(word, currency)),
}
/** An amount is read with the decimal places of the currency that stands behind it. */
export const CURRENCY: ArgumentKind<string> = {
  expected: { zh: '币种，例如 USD 或 840', en: 'a currency such as USD or 840' },
  parse: (word) => currencyNumber(word),
}
export const STAN: ArgumentKind<string> = {
  expected: { zh: '流水号，1 至 6 位数字', en: 'a trace number, 1 to 6 digits' },
  parse: (word) => (/^\d{1,6}$/.test(word) && Number(word) > 0 ? word.padStart(6, '0') : undefined),
}
export const REFERENCE: ArgumentKind<string> = {
  expected: { zh: '检索参考号，12 位', en: 'a reference number, 12 characters' },
  parse: (word) => (/^[0-9A-Za-z]{12}$/.test(word) ? word : undefined),
}
export const AUTHORISATION: ArgumentKind<string> = {
  expected: { zh: '授权码，2 至 6 位', en: 'an authorisation code, 2 to 6 characters' },
  parse: (word) => (/^[0-9A-Za-z]{2,6}$/.test(word) ? word : undefined),
}
export const ORIGINAL: ArgumentKind<OriginalReference> = {
  expected: {
    zh: '原交易：批次号-流水号 或 批次号-流水号-月日',
    en: 'the original as BATCH-TRACE or BATCH-TRACE-MMDD',
  },
  parse: (word) => {
    const match = /^(\d{6})-(\d{6})(?:-(\d{4}))?$/.exec(word)
    if (match === null) return undefined
    const [, batch = '', stan = '', date = '0000'] = match
    return { batch, stan, date }
  },
}
export const OPERATOR: ArgumentKind<string> = {
  expected: { zh: '操作员号，2 位数字', en: 'an operator number, 2 digits' },
  parse: (word) => (/^\d{2}$/.test(word) ? word : undefined),
}
export const KEY_BLOCK: ArgumentKind<string> = {
  expected: { zh: 'TR-31 密钥块', en: 'a TR-31 key block' },
  parse: (word) => (/^[A-D][0-9A-Z]{15,}$/.test(word) ? word : undefined),
}

export const CHECK_VALUE: ArgumentKind<string> = {
  expected: { zh: '校验值，6 或 8 位十六进制', en: 'a check value of 6 or 8 hexadecimal digits' },
  parse: (word) => (/^([0-9A-Fa-f]{2}){3,4}$/.test(word) ? word.toUpperCase() : undefined),
}

export const PAYMENT_CODE: ArgumentKind<string> = {
  expected: { zh: '付款码，18 或 19 位数字', en: 'a payment code, 18 or 19 digits' },
  parse: (word) => (/^\d{18,19}$/.test(word) ? word : undefined),
}
export const VOUCHER: ArgumentKind<string> = {
  expected: { zh: '付款凭证号，最多 20 位', en: 'a voucher number, at most 20 characters' },
  parse: (word) => (/^[0-9A-Za-z]{1,20}$/.test(word) ? word : undefined),
}

export const ACTIVATION_CODE: ArgumentKind<string> = {
  expected: { zh: '激活码，10 位字母和数字', en: 'an activation code, ten letters and digits' },
  parse: (word) => {
    const code = word.replaceAll('-', '')
    return /^[0-9A-Za-z]{10}$/.test(code) ? code.toUpperCase() : undefined
  },
}
/** A step by its name in either language, by its number, or all. */
export const COMMISSION_STEP: ArgumentKind<CommissioningStep | 'all'> = {
  expected: {
    zh: `步骤：1 至 ${COMMISSIONING_STEPS.length}、名称（如 network 或 网络测试）或 all`,
    en: `a step: 1 to ${COMMISSIONING_STEPS.length}, a name such as network, or all`,
  },
  parse: (word) => {
    const name = word.toLowerCase()
    if (name === 'all' || name === '全部') return 'all'
    return COMMISSIONING_STEPS.find(
      (step, index) => step === name || String(index + 1) === name || STEP_NAMES[step][0] === name,
    )
  },
}

export function oneOf<T extends string>(...words: readonly T[]): ArgumentKind<T> {
  const list = words.join(' | ')
  return {
    expected: { zh: list, en: list },
    parse: (word) => words.find((each) => each.toLowerCase() === word.toLowerCase()),
  }
}
