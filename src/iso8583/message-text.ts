import { asciiToBytes, bytesToAscii, fromHex, isHex, toHex } from '../base/bytes.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Fields, FieldValue, Message } from './message.ts'
import type { MessageSpec } from './spec.ts'

/** Before a text value that holds something else than printable ASCII. */
const HEX_MARK = 'hex:'

/**
 * A value as the project writes it in JSON: digits as digits, bytes as upper-case hexadecimal, text as it is,
 * and `hex:` before the hexadecimal of text that is not printable ASCII.
 */
export function valueToText(value: FieldValue): string {
  if (typeof value !== 'string') return toHex(value)
  // A value that starts with the mark itself would be read as hexadecimal.
  return /^[ -~]*$/.test(value) && !value.startsWith(HEX_MARK) ? value : HEX_MARK + toHex(asciiToBytes(value))
}

/** All fields of a message by bit number, as text. */
export function fieldsToText(message: Message): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(message.fields)
      .filter((entry): entry is [string, FieldValue] => entry[1] !== undefined)
      .map(([bit, value]) => [bit, valueToText(value)]),
  )
}

/** Why text is no message. `field`: as it was written. */
export interface TextError {
  readonly kind: 'badMti' | 'unknownField' | 'notHex' | 'badCharacter'
  readonly field: string
}

/** Reverses `fieldsToText`, for the fields that `spec` has. */
export function messageFromText(
  spec: MessageSpec,
  text: { readonly mti: string; readonly fields: Readonly<Record<string, string>> },
): Result<Message, TextError> {
  if (!/^\d{4}$/.test(text.mti)) return err({ kind: 'badMti', field: 'mti' })
  const fields: Fields = {}
  for (const [key, value] of Object.entries(text.fields)) {
    const element = /^\d{1,3}$/.test(key) ? spec.elements[Number(key)] : undefined
    if (element === undefined) return err({ kind: 'unknownField', field: key })
    const parsed = element.attribute === 'b' ? bytesFrom(value, key) : charactersFrom(value, key)
    if (!parsed.ok) return parsed
    fields[Number(key)] = parsed.value
  }
  return ok({ mti: text.mti, fields })
}

function bytesFrom(value: string, field: string): Result<Uint8Array, TextError> {
  const digits = value.startsWith(HEX_MARK) ? value.slice(HEX_MARK.length) : value
  return isHex(digits) ? ok(fromHex(digits)) : err({ kind: 'notHex', field })
}

function charactersFrom(value: string, field: string): Result<string, TextError> {
  if (value.startsWith(HEX_MARK)) {
    const digits = value.slice(HEX_MARK.length)
    return isHex(digits) ? ok(bytesToAscii(fromHex(digits))) : err({ kind: 'notHex', field })
  }
  return /^[\0-ÿ]*$/.test(value) ? ok(value) : err({ kind: 'badCharacter', field })
}
