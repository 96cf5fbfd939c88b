import { asciiToBytes, fromHex, isHex } from '../../base/bytes.ts'
import { CalcFailure } from './calc-failure.ts'

/** The inputs of one calculation by name. Every reader says what is wrong with its input, never what it is. */
export class CalcInputs {
  readonly #values: Readonly<Record<string, unknown>>
  /** Where an algorithm is named when no input does, as in `kcv-sm4-1`. */
  readonly hint: string

  constructor(values: Readonly<Record<string, unknown>>, hint = '') {
    this.#values = values
    this.hint = hint.toLowerCase().replace(/[^a-z0-9.]+/g, '-')
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }

  raw(name: string): unknown {
    return this.#values[name]
  }

  optionalText(name: string): string | undefined {
    const value = this.#values[name]
    if (value === undefined) return undefined
    if (typeof value === 'number') return String(value)
    if (typeof value !== 'string') throw new CalcFailure(`${name} must be text`)
    return value
  }

  text(name: string): string {
    const value = this.optionalText(name)
    if (value === undefined) throw new CalcFailure(`${name} is missing`)
    return value
  }

  /** `sizes`: allowed numbers of bytes. */
  hex(name: string, ...sizes: readonly number[]): Uint8Array {
    const text = this.text(name).replace(/^0x/i, '').replace(/[\s:]/g, '')
    if (!isHex(text)) throw new CalcFailure(`${name} is not hexadecimal`)
    const bytes = fromHex(text)
    if (sizes.length > 0 && !sizes.includes(bytes.length))
      throw new CalcFailure(`${name} has ${bytes.length} bytes, not ${sizes.join(' or ')}`)
    return bytes
  }

  optionalHex(name: string, ...sizes: readonly number[]): Uint8Array | undefined {
    return this.has(name) ? this.hex(name, ...sizes) : undefined
  }

  digits(name: string, min: number, max: number): string {
    const text = this.text(name)
    if (!/^\d*$/.test(text) || text.length < min || text.length > max)
      throw new CalcFailure(`${name} is not ${min === max ? min : `${min} to ${max}`} digits`)
    return text
  }

  optionalDigits(name: string, min: number, max: number): string | undefined {
    return this.has(name) ? this.digits(name, min, max) : undefined
  }

  /** Text that may say how it is meant: `1234 (ASCII)`, `3132 (hex)`; ASCII when it does not. */
  data(name: string): Uint8Array {
    const text = this.text(name)
    const marked = /^(.*?)\s*\((ascii|hex)\)$/is.exec(text)
    const body = marked?.[1] ?? text
    if (marked?.[2]?.toLowerCase() !== 'hex') return latin(name, body)
    if (!isHex(body)) throw new CalcFailure(`${name} is not hexadecimal`)
    return fromHex(body)
  }

  /** From `dataAscii`, or hexadecimal from the first of `names` that is there. */
  dataFrom(names: readonly string[]): Uint8Array {
    if (this.has('dataAscii')) return latin('dataAscii', this.text('dataAscii'))
    const name = names.find((each) => this.has(each))
    if (name === undefined) throw new CalcFailure(`dataAscii or ${names.join(' or ')} is missing`)
    return this.hex(name)
  }

  /** One of `choices`, from the input or, failing that, from the hint. */
  choice<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const given = this.optionalText(name)?.toLowerCase()
    const found =
      given === undefined
        ? longestFirst(choices).find((choice) => `-${this.hint}-`.includes(`-${choice}-`))
        : choices.find((choice) => choice === given)
    if (given !== undefined && found === undefined)
      throw new CalcFailure(`${name} is none of ${choices.join(', ')}`)
    return found ?? otherwise
  }
}

/** `aes-cmac` before `aes`. */
function longestFirst<T extends string>(choices: readonly T[]): readonly T[] {
  return choices.toSorted((left, right) => right.length - left.length)
}

function latin(name: string, text: string): Uint8Array {
  if (!isOneByteText(text)) throw new CalcFailure(`${name} has characters outside one byte`)
  return asciiToBytes(text)
}

/** Whether each character is one byte. */
export function isOneByteText(text: string): boolean {
  return [...text].every((character) => (character.codePointAt(0) ?? 0) <= 0xff)
}
