import { asciiToBytes, bytesToAscii, toHex } from '../../base/bytes.ts'
import { truncatePan } from '../../base/exposure.ts'
import type { Random } from '../../base/ports.ts'
import { hmacSha256 } from '../../crypto/hash.ts'
import type { ProtectedPan } from '../core/security-module-port.ts'
import { deriveFrom } from './key-store.ts'
import { seal, unseal } from './sealed-data.ts'

const LOOKUP_SIZE = 16
/** Look-ups kept: the hot path asks for the same cards again. */
const CACHE_SIZE = 100_000

/** Card numbers at rest: AES-256-GCM, and a keyed hash to find them by. Source: PCI DSS v4, 3.5.1. */
export class PanProtection {
  readonly #encryptionKey: Uint8Array
  readonly #lookupKey: Uint8Array
  readonly #random: Random
  readonly #lookups = new Map<string, string>()

  constructor(localMasterKey: Uint8Array, random: Random) {
    this.#encryptionKey = deriveFrom(localMasterKey, 'card number encryption', 32)
    this.#lookupKey = deriveFrom(localMasterKey, 'card number look-up', 32)
    this.#random = random
  }

  protect(pan: string): ProtectedPan {
    const ciphertext = seal(this.#encryptionKey, this.#random, asciiToBytes(pan))
    return { ciphertext, lookup: this.lookupOf(pan), truncated: truncatePan(pan) }
  }

  lookupOf(pan: string): string {
    const known = this.#lookups.get(pan)
    if (known !== undefined) return known
    const lookup = toHex(hmacSha256(this.#lookupKey, asciiToBytes(pan)).subarray(0, LOOKUP_SIZE))
    if (this.#lookups.size >= CACHE_SIZE) this.#lookups.clear()
    this.#lookups.set(copyOf(pan), lookup)
    return lookup
  }

  reveal(ciphertext: Uint8Array): string {
    return bytesToAscii(unseal(this.#encryptionKey, ciphertext))
  }
}

/**
 * The same text in memory of its own. A card number cut out of a track is a window of it in the engine: kept as it
 * came, it would keep the clear track in memory for as long as the look-up is known.
 */
function copyOf(pan: string): string {
  return Buffer.from(pan, 'latin1').toString('latin1')
}
