import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const text = z.strictObject({ zh: z.string().min(1).max(120), en: z.string().min(1).max(120) })

/** What a type of terminal has and can do; what is not there turns off what needs it. */
const capabilities = z.strictObject({
  contact: z.boolean(),
  contactless: z.boolean(),
  stripe: z.boolean(),
  /** A card number may be typed. */
  keyedEntry: z.boolean(),
  printer: z.boolean(),
  pinPad: z.enum(['builtIn', 'external']),
  battery: z.boolean(),
  /** Reads the QR code of a customer. */
  camera: z.boolean(),
  /** Shows a QR code to the customer. */
  qrDisplay: z.boolean(),
  signatureScreen: z.boolean(),
  networks: z.array(z.enum(['ethernet', 'wifi', 'cellular', 'dialUp'])).min(1),
  /** Approvals that its maker has. */
  certificates: z.array(z.string().regex(/^[a-z0-9-]{1,40}$/)),
})

export const TERMINAL_TYPE = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/),
  name: text,
  summary: text,
  capabilities,
})
export type TerminalType = z.infer<typeof TERMINAL_TYPE>

/** A file of a type is not as it should be; one sentence that names the place. */
export class TerminalTypeError extends Error {
  override readonly name = 'TerminalTypeError'
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

/** All types of `folder`, one a file, by their ids. @throws {TerminalTypeError} */
export function readTerminalTypes(folder = FOLDER): ReadonlyMap<string, TerminalType> {
  const types = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readTerminalType(`${folder}/${name}`))
  return new Map(types.map((type) => [type.id, type]))
}

/** @throws {TerminalTypeError} */
export function readTerminalType(path: string): TerminalType {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new TerminalTypeError(`${path} can not be read as JSON: name an existing terminal type file`)
  }
  const parsed = TERMINAL_TYPE.safeParse(value)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: place, message }) => `${place.join('.')}: ${message}`)
    throw new TerminalTypeError(`${path}: ${faults.join('; ')}`)
  }
  if (parsed.data.id !== basename(path, '.json'))
    throw new TerminalTypeError(`${path}: the file of the type ${parsed.data.id} is named after it`)
  return parsed.data
}
