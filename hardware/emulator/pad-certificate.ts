import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { Factory } from './factory.ts'
import type { KeyMemory } from './pin-keys.ts'

const RSA_BITS = 2048

/**
 * Gives a pad that has none its RSA key pair, made inside, and the factory's certificate for it; durable when it resolves.
 * The private key never leaves the pad's memory.
 */
export async function certifyPad(memory: KeyMemory, factory: Factory): Promise<void> {
  if (memory.content.transport !== undefined) return
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS })
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const certificates = await factory.certifyPad(memory.content.serialNumber, publicKey)
  memory.save({
    ...memory.content,
    transport: {
      privateKey: der.toString('base64'),
      certificates: certificates.map(base64),
      root: base64(factory.root),
    },
  })
}

/** The private key of a certified pad. */
export function transportKeyOf(privateKey: string) {
  return createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
