import { type Codec, compileSpec } from '../../iso8583/compile.ts'
import { detectDialect } from '../../iso8583/detect-dialect.ts'
import { ISO1987_ASCII } from '../../iso8583/specs/iso1987-ascii.ts'
import { ISO1987_ASCII_BINARY_BITMAP } from '../../iso8583/specs/iso1987-ascii-binary-bitmap.ts'
import { ISO1987_BINARY } from '../../iso8583/specs/iso1987-binary.ts'
import { UNIONPAY_POS } from '../../iso8583/specs/unionpay-pos.ts'
import type { Dialect } from './records.ts'

const CODECS: Readonly<Record<Dialect, Codec>> = {
  'unionpay-pos': compileSpec(UNIONPAY_POS),
  'iso1987-ascii': compileSpec(ISO1987_ASCII),
  'iso1987-ascii-binary-bitmap': compileSpec(ISO1987_ASCII_BINARY_BITMAP),
  'iso1987-binary': compileSpec(ISO1987_BINARY),
}

export const DIALECTS: readonly Dialect[] = [
  'unionpay-pos',
  'iso1987-ascii',
  'iso1987-ascii-binary-bitmap',
  'iso1987-binary',
]

export function codecOf(dialect: Dialect): Codec {
  return CODECS[dialect]
}

/**
 * Dialects that decode `bytes`, with or without a length, a TPDU and a header before the message, or behind what a port
 * takes for these (`start`).
 */
export function dialectsThatDecode(bytes: Uint8Array, start = 0): readonly Dialect[] {
  const codecs = DIALECTS.map(codecOf)
  const readings = detectDialect(bytes, codecs).filter(({ result }) => result.ok)
  return DIALECTS.filter((dialect) => {
    const codec = codecOf(dialect)
    return readings.some((reading) => reading.codec === codec) || codec.decode(bytes, start).ok
  })
}
