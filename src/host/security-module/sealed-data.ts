import { createCipheriv, createDecipheriv } from 'node:crypto'
import { concatBytes } from '../../base/bytes.ts'
import type { Random } from '../../base/ports.ts'
import { SecurityModuleError } from './security-module-error.ts'

const NONCE_SIZE = 12
const TAG_SIZE = 16

/** AES-256-GCM: nonce, tag, cipher text. Source: NIST SP 800-38D. */
export function seal(key: Uint8Array, random: Random, data: Uint8Array): Uint8Array {
  const nonce = random.bytes(NONCE_SIZE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const content = concatBytes([cipher.update(data), cipher.final()])
  return concatBytes([nonce, cipher.getAuthTag(), content])
}

/** @throws {SecurityModuleError} when the data were changed or sealed under another key. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_SIZE))
    decipher.setAuthTag(sealed.subarray(NONCE_SIZE, NONCE_SIZE + TAG_SIZE))
    const content = decipher.update(sealed.subarray(NONCE_SIZE + TAG_SIZE))
    return concatBytes([content, decipher.final()])
  } catch {
    throw new SecurityModuleError('sealed data were changed, or the local master key is another one')
  }
}
