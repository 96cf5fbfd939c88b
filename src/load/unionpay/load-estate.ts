import { z } from 'zod'
import { cardImageSchema } from '../../../hardware/emulator/chip-card/card-image.ts'
import { oneLine } from '../../base/one-line.ts'
import { err, ok, type Result } from '../../base/result.ts'

const terminalSchema = z.strictObject({
  tid: z.string().regex(/^[0-9A-Za-z]{8}$/, 'must be 8 letters or digits'),
  mid: z.string().regex(/^[0-9A-Za-z]{15}$/, 'must be 15 letters or digits'),
  /** TR-31: its master key under the protection key. */
  keyBlock: z.string(),
  /** Trace number that was used last in the open batch. */
  lastStan: z.int().min(0).max(999_999),
  /** What an earlier load left open. */
  openBatch: z
    .strictObject({
      number: z.string().regex(/^\d{6}$/, 'must be 6 digits'),
      totals: z.strictObject({
        debitMinor: z.int(),
        debitCount: z.int(),
        creditMinor: z.int(),
        creditCount: z.int(),
      }),
      isCertain: z.boolean(),
    })
    .optional(),
  /** Cards that no other terminal holds. */
  stripe: cardImageSchema,
  chip: cardImageSchema,
})

const estateSchema = z.strictObject({
  format: z.literal('tillwire-load-estate-1'),
  /** What the virtual PIN pads and the host share: 32 hexadecimal digits. */
  keyBlockProtectionKey: z.string().regex(/^[0-9A-F]{32}$/, 'must be 32 hexadecimal digits'),
  /** PIN of all cards. */
  pin: z.string().regex(/^\d{4,12}$/, 'must be 4 to 12 digits'),
  terminals: z
    .array(terminalSchema)
    .refine(({ length }) => length > 0, { message: 'needs at least one terminal' }),
})

/** Terminals and test cards that a host of ours knows, as its load generator plays them. The file is mode 0600. */
export type LoadEstate = z.infer<typeof estateSchema>
export type EstateTerminal = LoadEstate['terminals'][number]

/** An estate from parsed JSON; content that is none is told by place, never by value. */
export function parseEstate(content: unknown): Result<LoadEstate, string> {
  const parsed = estateSchema.safeParse(content)
  if (parsed.success) return ok(parsed.data)
  const place = oneLine(parsed.error.issues[0]?.path.map(String).join('.') || 'its top level')
  return err(
    `is no estate of virtual terminals (wrong at ${place}): make it again with "tillwire load prepare"`,
  )
}
