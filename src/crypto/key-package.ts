import { asciiToBytes, concatBytes } from '../base/bytes.ts'

/**
 * A terminal master key on its way from a host to one PIN pad: encrypted under the pad's public key, bound to its serial
 * number and to the number that it drew for this request, signed by the host. After the idea of ANSI X9 TR-34.
 */
export interface KeyPackage {
  readonly algorithm: 'tdes' | 'sm4'
  /** Printable ASCII, at most 32. */
  readonly serialNumber: string
  /** 16 bytes, drawn by the pad. */
  readonly nonce: Uint8Array
  /** 4 bytes. */
  readonly checkValue: Uint8Array
  /** RSA-OAEP (SHA-256) of `keyPlaintext`, with `keyLabel`. */
  readonly cryptogram: Uint8Array
  /** DER, the sender's first. */
  readonly certificates: readonly Uint8Array[]
}

export const KEY_NONCE_SIZE = 16
/** ECDSA over P-256, r and s. Source: FIPS 186-5. */
export const PACKAGE_SIGNATURE_SIZE = 64
/** A package of two certificates is half as long. */
export const KEY_PACKAGE_SIZE_MAX = 8192

const MAGIC = asciiToBytes('TWK1')
const ALGORITHMS = ['tdes', 'sm4'] as const

/** What the sender signs; the signature follows it. */
export function encodeKeyPackage(content: KeyPackage): Uint8Array {
  return concatBytes([
    MAGIC,
    Uint8Array.of(ALGORITHMS.indexOf(content.algorithm)),
    sized(asciiToBytes(content.serialNumber)),
    content.nonce,
    content.checkValue,
    sized(content.cryptogram),
    Uint8Array.of(content.certificates.length),
    ...content.certificates.map(sized),
  ])
}

/** `signed`: the part that the signature is over. Undefined when `bytes` are no package. */
export function decodeKeyPackage(bytes: Uint8Array):
  | {
      readonly content: KeyPackage
      readonly signed: Uint8Array
      readonly signature: Uint8Array
    }
  | undefined {
  const end = bytes.length - PACKAGE_SIGNATURE_SIZE
  if (end < MAGIC.length || bytes.length > KEY_PACKAGE_SIZE_MAX) return undefined
  const signed = bytes.slice(0, end)
  const take = taker(signed)
  const magic = take(MAGIC.length)
  const algorithm = ALGORITHMS[take(1)?.[0] ?? -1]
  const serialNumber = take.sized()
  const nonce = take(KEY_NONCE_SIZE)
  const checkValue = take(4)
  const cryptogram = take.sized()
  const count = take(1)?.[0] ?? 0
  const certificates = Array.from({ length: Math.min(count, 4) }, () => take.sized())
  if (!take.isAtEnd() || magic?.every((each, index) => each === MAGIC[index]) !== true) return undefined
  if (algorithm === undefined || serialNumber === undefined || nonce === undefined) return undefined
  if (checkValue === undefined || cryptogram === undefined || count > 4) return undefined
  const whole = certificates.flatMap((each) => each ?? [])
  if (whole.length !== count) return undefined
  const content: KeyPackage = {
    algorithm,
    serialNumber: String.fromCharCode(...serialNumber),
    nonce,
    checkValue,
    cryptogram,
    certificates: whole,
  }
  return { content, signed, signature: bytes.slice(end) }
}

/** Binds the ciphertext to the pad and its request: with another label it does not open. Source: RFC 8017, 7.1. */
export function keyLabel({ serialNumber, nonce }: Pick<KeyPackage, 'serialNumber' | 'nonce'>): Uint8Array {
  return concatBytes([asciiToBytes(`TILLWIRE KEY 1 ${serialNumber} `), nonce])
}

/** What is encrypted: what the key is, then the key. */
export function keyPlaintext(algorithm: 'tdes' | 'sm4', key: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(ALGORITHMS.indexOf(algorithm), key.length), key])
}

export function readKeyPlaintext(
  bytes: Uint8Array,
): { readonly algorithm: 'tdes' | 'sm4'; readonly key: Uint8Array } | undefined {
  const algorithm = ALGORITHMS[bytes[0] ?? -1]
  const key = bytes.slice(2)
  const sizes = algorithm === 'sm4' ? [16] : [16, 24]
  if (algorithm === undefined || bytes[1] !== key.length || !sizes.includes(key.length)) return undefined
  return { algorithm, key }
}

/** What the pad signs when it asks for a key. `context`: 32 bytes of what the request belongs to. */
export function keyRequestText(serialNumber: string, nonce: Uint8Array, context: Uint8Array): Uint8Array {
  return concatBytes([asciiToBytes(`TILLWIRE KEY REQUEST 1 ${serialNumber} `), nonce, context])
}

/** Two bytes of size, then the bytes. */
function sized(bytes: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes])
}

function taker(bytes: Uint8Array) {
  let at = 0
  const take = (size: number): Uint8Array | undefined => {
    if (at + size > bytes.length) {
      at = Number.POSITIVE_INFINITY
      return undefined
    }
    at += size
    return bytes.slice(at - size, at)
  }
  const takeSized = (): Uint8Array | undefined => {
    const size = take(2)
    return size === undefined ? undefined : take(((size[0] ?? 0) << 8) | (size[1] ?? 0))
  }
  return Object.assign(take, { sized: takeSized, isAtEnd: () => at === bytes.length })
}
