import { asciiToBytes, concatBytes, fromHex, isHex, toHex } from '../base/bytes.ts'
import { invariant } from '../base/invariant.ts'
import type { Random } from '../base/ports.ts'
import { err, ok, type Result } from '../base/result.ts'
import { type BlockCipher, createAes, createTdes, decryptCbc, encryptCbc } from './block-cipher.ts'
import { constantTimeEqual } from './hash.ts'
import { type PreparedMac, prepareCmac } from './mac.ts'

/** Clear part of a key block. Source: ASC X9 TR 31-2018, 4.1, table 1. */
export interface KeyBlockHeader {
  /** B: TDES key derivation binding; D: AES key derivation binding. */
  readonly version: 'B' | 'D'
  /** Two characters: `K0` key encryption, `P0` PIN, `M3` MAC, `D0` data, `B1` DUKPT initial key … */
  readonly usage: string
  /** `T` TDES, `A` AES, `D` DES … */
  readonly algorithm: string
  /** `B` both, `D` decrypt, `E` encrypt, `G` generate, `V` verify, `N` none, `C` both MAC … */
  readonly modeOfUse: string
  /** Two characters, `00` when versions are not used. */
  readonly keyVersion: string
  /** `E` exportable, `N` not, `S` sensitive. */
  readonly exportability: string
  /** Optional blocks in order, with their two-character identifiers. */
  readonly optional: readonly { readonly id: string; readonly data: string }[]
}

/** Why a key block is refused. `offset` counts characters. No key material is told. */
export type KeyBlockError =
  | { readonly kind: 'badHeader'; readonly offset: number }
  | { readonly kind: 'unsupportedVersion' }
  | { readonly kind: 'badLength' }
  | { readonly kind: 'badPayload' }
  | { readonly kind: 'badProtectionKey' }
  | { readonly kind: 'macMismatch' }

interface Binding {
  readonly encryption: BlockCipher
  readonly authenticate: PreparedMac
}

/** A key block protection key with the two keys of each binding method derived once, for many blocks. */
export class KeyBlockProtection {
  readonly #key: Uint8Array
  readonly #bindings: { B?: Binding; D?: Binding } = {}

  /** `key`: 16, 24 or 32 bytes; `isProtectionKeySize` says for which version. */
  constructor(key: Uint8Array) {
    this.#key = Uint8Array.from(key)
  }

  get keySize(): number {
    return this.#key.length
  }

  binding(version: 'B' | 'D'): Binding {
    this.#bindings[version] ??= bind(version, this.#key)
    return this.#bindings[version]
  }
}

function protectionOf(key: Uint8Array | KeyBlockProtection): KeyBlockProtection {
  return key instanceof KeyBlockProtection ? key : new KeyBlockProtection(key)
}

const HEADER_SIZE = 16
const BLOCK_SIZE = { B: 8, D: 16 } as const

/** Key block protection keys: 16 or 24 bytes for version B; 16, 24 or 32 for D. */
export function isProtectionKeySize(version: 'B' | 'D', size: number): boolean {
  return size === 16 || size === 24 || (version === 'D' && size === 32)
}

/**
 * Wraps `key` under `protectionKey`. The key is padded with random bytes to `paddedKeySize` (default its own
 * size), then to whole blocks. Source: ASC X9 TR 31-2018, 5.3.2 (B) and 5.3.3 (D).
 */
export function wrapKeyBlock(input: {
  readonly protectionKey: Uint8Array | KeyBlockProtection
  readonly header: KeyBlockHeader
  readonly key: Uint8Array
  readonly random: Random
  readonly paddedKeySize?: number
}): string {
  const { header, key, random } = input
  const protection = protectionOf(input.protectionKey)
  invariant(isProtectionKeySize(header.version, protection.keySize), 'protection key of a wrong size')
  const blockSize = BLOCK_SIZE[header.version]
  const size = Math.ceil((2 + Math.max(key.length, input.paddedKeySize ?? 0)) / blockSize) * blockSize
  const payload = concatBytes([
    Uint8Array.of((key.length * 8) >> 8, (key.length * 8) & 0xff),
    key,
    random.bytes(size - 2 - key.length),
  ])
  const head = formatHeader(header, size)
  const { encryption, authenticate } = protection.binding(header.version)
  const mac = authenticate(concatBytes([asciiToBytes(head), payload]))
  return head + toHex(encryptCbc(encryption, payload, mac)) + toHex(mac)
}

/** Checks and unwraps a key block. The MAC is compared in constant time. */
export function unwrapKeyBlock(
  protectionKey: Uint8Array | KeyBlockProtection,
  block: string,
): Result<{ readonly header: KeyBlockHeader; readonly key: Uint8Array }, KeyBlockError> {
  const parsed = parseKeyBlockHeader(block)
  if (!parsed.ok) return parsed
  const { header, headerSize } = parsed.value
  const protection = protectionOf(protectionKey)
  if (!isProtectionKeySize(header.version, protection.keySize)) return err({ kind: 'badProtectionKey' })
  const macSize = BLOCK_SIZE[header.version]
  const body = block.slice(headerSize)
  if (!isHex(body) || /\s/.test(body)) return err({ kind: 'badPayload' })
  const bytes = fromHex(body)
  const payloadSize = bytes.length - macSize
  if (payloadSize < macSize || payloadSize % macSize !== 0) return err({ kind: 'badPayload' })
  const mac = bytes.subarray(payloadSize)
  const { encryption, authenticate } = protection.binding(header.version)
  const payload = decryptCbc(encryption, bytes.subarray(0, payloadSize), mac)
  const expected = authenticate(concatBytes([asciiToBytes(block.slice(0, headerSize)), payload]))
  if (!constantTimeEqual(expected, mac)) return err({ kind: 'macMismatch' })
  const bits = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0)
  if (bits % 8 !== 0 || bits === 0 || bits / 8 > payload.length - 2) return err({ kind: 'badPayload' })
  return ok({ header, key: payload.slice(2, 2 + bits / 8) })
}

function formatHeader(header: KeyBlockHeader, payloadSize: number): string {
  const blockSize = BLOCK_SIZE[header.version]
  const optional = header.optional.map(({ id, data }) => {
    invariant(id.length === 2 && data.length <= 251, 'optional block of a wrong size')
    return `${id}${(data.length + 4).toString(16).toUpperCase().padStart(2, '0')}${data}`
  })
  const gap = blockSize - (optional.join('').length % blockSize)
  if (optional.length > 0 && gap !== blockSize) {
    const size = gap < 4 ? gap + blockSize : gap
    optional.push(`PB${size.toString(16).toUpperCase().padStart(2, '0')}${'0'.repeat(size - 4)}`)
  }
  const length = HEADER_SIZE + optional.join('').length + (payloadSize + blockSize) * 2
  const count = String(optional.length).padStart(2, '0')
  const head =
    `${header.version}${String(length).padStart(4, '0')}${header.usage}${header.algorithm}` +
    `${header.modeOfUse}${header.keyVersion}${header.exportability}${count}00`
  invariant(head.length === HEADER_SIZE, 'key block header fields of a wrong size')
  return head + optional.join('')
}

/** The clear header of a block and its size in characters, optional blocks included. Not authenticated yet. */
export function parseKeyBlockHeader(
  block: string,
): Result<{ readonly header: KeyBlockHeader; readonly headerSize: number }, KeyBlockError> {
  if (!/^[ -~]*$/.test(block) || block.length < HEADER_SIZE) return err({ kind: 'badHeader', offset: 0 })
  const version = block[0]
  if (version !== 'B' && version !== 'D') return err({ kind: 'unsupportedVersion' })
  if (!/^\d{4}$/.test(block.slice(1, 5))) return err({ kind: 'badHeader', offset: 1 })
  if (Number(block.slice(1, 5)) !== block.length) return err({ kind: 'badLength' })
  if (!/^\d{2}$/.test(block.slice(12, 14))) return err({ kind: 'badHeader', offset: 12 })
  const optional = parseOptional(block, Number(block.slice(12, 14)))
  if (!optional.ok) return optional
  return ok({
    header: {
      version,
      usage: block.slice(5, 7),
      algorithm: block.slice(7, 8),
      modeOfUse: block.slice(8, 9),
      keyVersion: block.slice(9, 11),
      exportability: block.slice(11, 12),
      optional: optional.value.blocks,
    },
    headerSize: optional.value.end,
  })
}

function parseOptional(
  block: string,
  count: number,
): Result<{ readonly blocks: readonly { id: string; data: string }[]; readonly end: number }, KeyBlockError> {
  const blocks: { id: string; data: string }[] = []
  let at = HEADER_SIZE
  for (let index = 0; index < count; index++) {
    let size = Number.parseInt(block.slice(at + 2, at + 4), 16)
    let dataAt = at + 4
    // Extended length: `00`, then how many digits, then the length.
    if (size === 0) {
      const digits = Number.parseInt(block.slice(at + 4, at + 6), 16)
      dataAt = at + 6 + digits
      size = Number.parseInt(block.slice(at + 6, dataAt), 16)
    }
    if (!(size >= dataAt - at) || at + size > block.length) return err({ kind: 'badHeader', offset: at })
    blocks.push({ id: block.slice(at, at + 2), data: block.slice(dataAt, at + size) })
    at += size
  }
  return ok({ blocks, end: at })
}

/** Derives the two keys of the binding method. Source: ASC X9 TR 31-2018, 5.3.2.1 and 5.3.3.1. */
function bind(version: 'B' | 'D', protectionKey: Uint8Array): Binding {
  const aes = version === 'D'
  const create = aes ? createAes : createTdes
  const algorithm = aes ? protectionKey.length / 8 : protectionKey.length / 8 - 2
  const derivation = prepareCmac(create(protectionKey))
  const derive = (usage: number): BlockCipher => {
    const blocks: Uint8Array[] = []
    const size = aes ? 16 : 8
    for (let counter = 1; blocks.length * size < protectionKey.length; counter++) {
      const bits = protectionKey.length * 8
      const data = Uint8Array.of(counter, 0, usage, 0, 0, algorithm, bits >> 8, bits & 0xff)
      blocks.push(derivation(data))
    }
    return create(concatBytes(blocks).slice(0, protectionKey.length))
  }
  return { encryption: derive(0), authenticate: prepareCmac(derive(1)) }
}
