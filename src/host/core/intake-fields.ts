import type { MessageView } from '../../iso8583/compile.ts'
import { F } from '../../iso8583/field.ts'
import type { FormatFault } from './host-request.ts'

/** Number of a field of digits; undefined when it is absent or no number. */
export function numberField(view: MessageView, bit: number): number | undefined {
  return digitsToNumber(view.text(bit))
}

export function digitsToNumber(text: string | undefined): number | undefined {
  if (text === undefined || text.length === 0 || text.length > 16) return undefined
  let value = 0
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return Number.isSafeInteger(value) ? value : undefined
}

/** Whether a field is there whose content is not what it may be. */
export function isUnreadable(view: MessageView, bit: number): boolean {
  return view.has(bit) && view.text(bit) === undefined
}

export function textField(view: MessageView, bit: number): string {
  return view.text(bit) ?? ''
}

/** The text without the spaces that fill it up; undefined when nothing is left. */
export function trimmedField(view: MessageView, bit: number): string | undefined {
  if (!view.has(bit)) return undefined
  const text = view.text(bit)?.trim()
  return text === '' ? undefined : text
}

/** A retrieval reference number is the number of a record here; zeros say nothing. */
export function recordId(view: MessageView): number | undefined {
  const id = digitsToNumber(trimmedField(view, F.retrievalReferenceNumber))
  return id === 0 ? undefined : id
}

/** Two digits of a card sequence number of three. */
export function panSequence(view: MessageView): string {
  const text = view.text(F.cardSequenceNumber)
  return text === undefined ? '00' : text.slice(-2).padStart(2, '0')
}

/** First of `checks` that complains. */
export function firstFault(
  checks: readonly (readonly [isWrong: boolean, field: number, reason: string])[],
): FormatFault | undefined {
  const found = checks.find(([isWrong]) => isWrong)
  return found === undefined ? undefined : { field: found[1], reason: found[2] }
}
