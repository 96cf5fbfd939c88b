import { concatBytes, equalBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { sha1 } from '../../../src/crypto/hash.ts'
import {
  isCertificateExpired,
  recoverIccKey,
  recoverIssuerKey,
  staticDataToAuthenticate,
  verifyStaticSignature,
} from '../../../src/emv/certificates.ts'
import { verifyCombinedSignature, verifyDynamicSignature } from '../../../src/emv/dynamic-signature.ts'
import { MODULUS_SIZE_MAX, type RsaPublicKey, rsaRecover } from '../../../src/emv/rsa.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'
import { publicBytes } from '../seed-inputs.ts'

const HASH_SIZE = 20

/** Certificates and signatures under keys of any size: as they come, or made so that they open to a chosen block. */
export const target: FuzzTarget = {
  sizeMax: 900,
  seeds: () => [
    ...publicBytes()
      .filter((bytes) => bytes.length >= 64 && bytes.length <= 248)
      .slice(0, 12)
      .map((bytes) =>
        concatBytes([
          Uint8Array.of(0, bytes.length),
          bytes,
          Uint8Array.of(bytes.length),
          bytes,
          Uint8Array.of(1, 3),
        ]),
      ),
    ...[2, 3, 4, 5].flatMap((format) => [64, 128, 200].map((size) => seedBlock(format, size))),
  ],
  run(input) {
    const reader = new InputReader(input)
    const isMade = (reader.byte() & 1) !== 0
    const first = Uint8Array.from(reader.sized())
    const second = Uint8Array.from(reader.sized())
    const exponent = isMade ? Uint8Array.of(3) : Uint8Array.from(reader.take(reader.below(5)))
    const remainder = reader.below(2) === 0 ? undefined : Uint8Array.from(reader.sized())
    const ownExponent = Uint8Array.from(reader.take(reader.below(4)))
    const tail = Uint8Array.from(reader.rest())
    if (!isMade) {
      checkAll({ modulus: first, exponent }, second, remainder, ownExponent, tail)
      return
    }
    const tails = [
      [remainder ?? new Uint8Array(0), ownExponent],
      [remainder ?? new Uint8Array(0), ownExponent, tail],
      [tail],
    ]
    for (const hashed of tails) {
      const opened = signatureOf(first, concatBytes(hashed))
      if (opened === undefined) continue
      const plain = rsaRecover(opened.key, opened.signature)
      must(plain !== undefined && equalBytes(plain, opened.block), 'a signature opens to another block')
      checkAll(opened.key, opened.signature, remainder, ownExponent, tail)
    }
  },
}

function checkAll(
  key: RsaPublicKey,
  signature: Uint8Array,
  remainder: Uint8Array | undefined,
  exponent: Uint8Array,
  tail: Uint8Array,
): void {
  const plain = rsaRecover(key, signature)
  must(plain === undefined || plain.length === signature.length, 'recovered data of another size')
  const chain = { certificate: signature, remainder, exponent }
  const issuer = recoverIssuerKey(sha1, key, chain)
  if (issuer.ok) {
    must(plain !== undefined, 'a certificate without recovered data')
    must(issuer.value.key.modulus.length > 0 || plain.length > 0, 'a key of no bytes')
    rsaRecover(issuer.value.key, tail)
  }
  recoverIssuerKey(sha1, key, { ...chain, pan: '6210948000000029' })
  const icc = recoverIccKey(sha1, key, { ...chain, staticData: tail })
  if (icc.ok) isCertificateExpired(icc.value.expiry, { year: 2026, month: 11 })
  recoverIccKey(sha1, key, { ...chain, staticData: undefined, pan: '6210948000000029' })
  const code = verifyStaticSignature(sha1, key, signature, tail)
  must(!code.ok || code.value.length === 2, 'a data authentication code of another size')
  for (const verify of [verifyDynamicSignature, verifyCombinedSignature]) {
    const dynamic = verify(sha1, key, signature, tail)
    must(
      !dynamic.ok || dynamic.value.dynamicNumber.length < dynamic.value.dynamicData.length,
      'a number outside its data',
    )
  }
  staticDataToAuthenticate([tail, signature], remainder, tail.subarray(0, 2))
}

/** The smallest whole number whose cube is `value` or more. */
function cubeRoot(value: bigint): bigint {
  let low = 1n
  let high = 1n << BigInt(Math.ceil(value.toString(16).length / 3) * 4 + 4)
  while (low < high) {
    const middle = (low + high) / 2n
    if (middle * middle * middle < value) low = middle + 1n
    else high = middle
  }
  return low
}

const BASES = new Map<number, bigint>()

/**
 * A key and a signature that open to a block with the content of `content`: with s³ − block as the modulus, s to the
 * third power leaves the block. Header, trailer and hash are put right. Undefined when the size is not one of EMV's.
 */
function signatureOf(
  content: Uint8Array,
  hashedTail: Uint8Array,
): { readonly key: RsaPublicKey; readonly signature: Uint8Array; readonly block: Uint8Array } | undefined {
  const size = content.length
  if (size < HASH_SIZE + 3 || size > MODULUS_SIZE_MAX) return undefined
  const block = Uint8Array.from(content)
  const hashAt = size - 1 - HASH_SIZE
  block[0] = 0x6a
  block[size - 1] = 0xbc
  block.set(sha1(concatBytes([block.subarray(1, hashAt), hashedTail])), hashAt)
  let base = BASES.get(size)
  if (base === undefined) {
    base = cubeRoot(0xf0n << BigInt((size - 1) * 8)) | 1n
    BASES.set(size, base)
  }
  const modulus = base ** 3n - BigInt(`0x${toHex(block)}`)
  const bytesOf = (value: bigint) => fromHex(value.toString(16).padStart(size * 2, '0'))
  return { key: { modulus: bytesOf(modulus), exponent: Uint8Array.of(3) }, signature: bytesOf(base), block }
}

function seedBlock(format: number, size: number): Uint8Array {
  const block = new Uint8Array(size).fill(0xbb)
  const head = {
    2: [0x6a, 2, 0x62, 0x10, 0x94, 0x80, 0x12, 0x30, 0, 0, 1, 1, 1, size - 36, 1],
    3: [0x6a, 3, 1, 0xda, 0xc1],
    4: [0x6a, 4, 0x62, 0x10, 0x94, 0x80, 0, 0, 0, 0x29, 0xff, 0xff, 0x12, 0x30, 0, 0, 1, 1, 1, size - 42, 1],
    5: [0x6a, 5, 1, 38, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0x80],
  }[format]
  block.set(head ?? [])
  return concatBytes([Uint8Array.of(1, size), block, Uint8Array.of(0, 0, 1, 3, 1, 2, 3, 4)])
}
