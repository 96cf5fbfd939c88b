/**
 * Figures of other programs on the 281-byte chip sale, in nanoseconds: measured once, before the first line of
 * this project, on two cores with Node 20.20 on the same machine. They can't be measured here without their
 * toolchains, so they are quoted beside the table and never part of a ratio.
 */
export const QUOTED_CODECS: readonly (readonly [name: string, decode: number, encode: number])[] = [
  ['jPOS 2.1.10 (Java)', 781, 918],
  ['moov-io/iso8583 0.23 (Go, ASCII)', 4795, 2613],
  ['libiso8583 (C)', 1828, 269],
  ['straight-line C', 37, 52],
]

/** The lines under the table of the codec. */
export function quotedLines(): readonly string[] {
  return [
    'quoted, not measured here: nanoseconds to decode and to encode',
    ...QUOTED_CODECS.map(
      ([name, decode, encode]) =>
        `  ${name.padEnd(34)}${String(decode).padStart(6)}${String(encode).padStart(8)}`,
    ),
  ]
}
