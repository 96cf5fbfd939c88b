import { type Codec, compileSpec } from '../../iso8583/compile.ts'
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
