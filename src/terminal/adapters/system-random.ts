import { randomBytes } from 'node:crypto'
import type { Random } from '../../base/ports.ts'

/** The operating system's random generator. */
export const systemRandom: Random = {
  bytes: (size) => new Uint8Array(randomBytes(size)),
}
