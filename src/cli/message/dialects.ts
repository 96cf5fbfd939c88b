import { type Codec, compileSpec } from '../../iso8583/compile.ts'
import type { MessageSpec } from '../../iso8583/spec.ts'
import { ISO1987_ASCII } from '../../iso8583/specs/iso1987-ascii.ts'
import { ISO1987_ASCII_BINARY_BITMAP } from '../../iso8583/specs/iso1987-ascii-binary-bitmap.ts'
import { ISO1987_BINARY } from '../../iso8583/specs/iso1987-binary.ts'
import { UNIONPAY_POS } from '../../iso8583/specs/unionpay-pos.ts'
import { UsageFailure } from '../failure.ts'

/** The tables of the built-in dialects. */
export const BUILT_IN_SPECS: readonly MessageSpec[] = [
  UNIONPAY_POS,
  ISO1987_ASCII,
  ISO1987_BINARY,
  ISO1987_ASCII_BINARY_BITMAP,
]

/** Identifiers of the built-in dialects. */
export const DIALECT_IDS: readonly string[] = BUILT_IN_SPECS.map((spec) => spec.id)

/** The built-in dialects, compiled. */
export function builtInCodecs(): readonly Codec[] {
  return BUILT_IN_SPECS.map(compileSpec)
}

/** The codec of a built-in dialect. */
export function codecOf(id: string): Codec {
  const spec = BUILT_IN_SPECS.find((each) => each.id === id)
  if (spec === undefined) throw new UsageFailure(`no dialect '${id}'; there are ${DIALECT_IDS.join(', ')}`)
  return compileSpec(spec)
}
