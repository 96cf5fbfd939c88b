import { randomBytes } from 'node:crypto'
import type { Random } from '../base/ports.ts'

/** Unpredictable bytes of the operating system. */
export const nodeRandom: Random = { bytes: (size) => Uint8Array.from(randomBytes(size)) }
