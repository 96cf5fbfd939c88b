import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '../../src/base/bytes.ts'

/** A value that must not be found, and what it is. The name is all that a failing test may tell. */
export interface Secret {
  readonly name: string
  /** Each form that it could be written in. */
  readonly forms: readonly Uint8Array[]
}

/** Digits as text, as BCD at either nibble, and in UTF-16. */
export function digitSecret(name: string, digits: string): Secret {
  const text = Buffer.from(digits, 'latin1')
  const even = digits.length % 2 === 0 ? digits : digits.slice(0, -1)
  const shifted = digits.slice(1, digits.length % 2 === 0 ? -1 : undefined)
  return { name, forms: [text, fromHex(even), fromHex(shifted), Buffer.from(digits, 'utf16le')] }
}

/** Bytes as they are, as hexadecimal in both cases, and in base 64. */
export function byteSecret(name: string, bytes: Uint8Array): Secret {
  const hex = toHex(bytes)
  const base64 = Buffer.from(bytes).toString('base64').replace(/=+$/, '').slice(0, -1)
  return {
    name,
    forms: [bytes, ...[hex, hex.toLowerCase(), base64].map((text) => Buffer.from(text, 'latin1'))],
  }
}

/** Secrets that stand in `bytes`, by name. */
export function foundIn(bytes: Uint8Array, secrets: readonly Secret[]): readonly string[] {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return secrets
    .filter(({ forms }) => forms.some((form) => haystack.includes(Buffer.from(form))))
    .map(({ name }) => name)
}

/** Every file below `directory`, with its path from there. */
export function filesBelow(directory: string): readonly { readonly path: string; readonly bytes: Buffer }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: path.slice(directory.length + 1), bytes: readFileSync(path) }))
}
