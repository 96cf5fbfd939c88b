import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const hex = (sizes: readonly number[]) =>
  z.string().refine((text) => /^[0-9A-F]*$/.test(text) && sizes.includes(text.length / 2))

const memorySchema = z.strictObject({
  serialNumber: z.string().regex(/^[0-9A-Z]{1,32}$/),
  /** TR-31 blocks for this pad are made under it. 16 bytes. */
  keyBlockProtectionKey: hex([16]),
  /** Protects the terminal's own journal; never leaves the pad and never changes. 32 bytes. */
  dataKey: hex([32]),
  masterKey: z.strictObject({ algorithm: z.enum(['tdes', 'sm4']), key: hex([16, 24]) }).optional(),
  workingKeyAlgorithm: z.enum(['tdes', 'sm4']).optional(),
  pinKey: hex([8, 16, 24]).optional(),
  macKey: hex([8, 16, 24]).optional(),
  trackKey: hex([8, 16, 24]).optional(),
  /** What it gets keys from afar with: its RSA private key (PKCS #8), its certificates and whom it trusts; base64. */
  transport: z
    .strictObject({ privateKey: z.string(), certificates: z.array(z.string()), root: z.string() })
    .optional(),
})

/** What the pad keeps without power: upper-case hexadecimal keys. Never leaves this folder. */
export type PadMemoryContent = z.infer<typeof memorySchema>

/** The pad's memory can not be read: the pad must be made anew and keyed again. */
export class PadMemoryDamaged extends Error {
  override readonly name = 'PadMemoryDamaged'
}

const CIPHER = 'aes-256-gcm'
const IV_SIZE = 12
const TAG_SIZE = 16

/**
 * The emulated pad's tamper-proof memory: a file sealed under a key in a second file, both with mode 0600. A real
 * pad has it on a chip that forgets when it is opened.
 */
export class PadMemory {
  readonly #path: string
  readonly #sealKey: Buffer
  #content: PadMemoryContent

  /** Makes a new pad in `directory` when there is none. @throws {PadMemoryDamaged} */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#path = join(directory, 'pin-pad.memory')
    const keyPath = join(directory, 'pin-pad.seal')
    if (!existsSync(keyPath)) {
      if (existsSync(this.#path)) throw damaged(directory)
      writeAtomically(keyPath, randomBytes(32))
    }
    this.#sealKey = readFileSync(keyPath)
    if (this.#sealKey.length !== 32) throw damaged(directory)
    if (existsSync(this.#path)) {
      this.#content = this.#unseal(readFileSync(this.#path), directory)
    } else {
      this.#content = newPad()
      this.save(this.#content)
    }
  }

  get content(): PadMemoryContent {
    return this.#content
  }

  /** Durable when it returns. */
  save(content: PadMemoryContent): void {
    const iv = randomBytes(IV_SIZE)
    const cipher = createCipheriv(CIPHER, this.#sealKey, iv)
    const sealed = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()])
    writeAtomically(this.#path, Buffer.concat([iv, cipher.getAuthTag(), sealed]))
    this.#content = content
  }

  #unseal(bytes: Buffer, directory: string): PadMemoryContent {
    try {
      const decipher = createDecipheriv(CIPHER, this.#sealKey, bytes.subarray(0, IV_SIZE))
      decipher.setAuthTag(bytes.subarray(IV_SIZE, IV_SIZE + TAG_SIZE))
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_SIZE + TAG_SIZE)), decipher.final()])
      return memorySchema.parse(JSON.parse(text.toString('utf8')))
    } catch {
      throw damaged(directory)
    }
  }
}

function damaged(directory: string): PadMemoryDamaged {
  return new PadMemoryDamaged(
    `the PIN pad's memory in ${directory} is damaged: remove pin-pad.memory and pin-pad.seal there, then load the keys of the new pad`,
  )
}

function newPad(): PadMemoryContent {
  const fresh = (size: number): string => randomBytes(size).toString('hex').toUpperCase()
  return {
    serialNumber: `TWPP${fresh(4)}`,
    keyBlockProtectionKey: fresh(16),
    dataKey: fresh(32),
  }
}

function writeAtomically(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.new`
  writeFileSync(temporary, bytes, { mode: 0o600, flush: true })
  renameSync(temporary, path)
}
