import type { SeededRandom } from '../../sim/world/seeded-random.ts'

/** Something that takes bytes from outside, and what has to be true of it whatever the bytes are. */
export interface FuzzTarget {
  /** Bytes of the largest input that is tried. */
  readonly sizeMax: number
  /** Good inputs to begin with: vectors of others and what our own encoders make. */
  seeds(): readonly Uint8Array[]
  /** One execution. What it throws is a finding. */
  run(input: Uint8Array): void
  /** A new input near `input` that keeps to the structure; absent: bytes are changed blindly. */
  mutate?(input: Uint8Array, random: SeededRandom): Uint8Array
  /** Puts right what guards an input (lengths, checksums), so that what is behind the guard is reached. */
  repair?(input: Uint8Array): Uint8Array
}

/** The oracle of a target does not hold. */
export class OracleFailure extends Error {
  override readonly name = 'OracleFailure'
}

/** @throws {OracleFailure} when `condition` is false. */
export function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new OracleFailure(message)
}
