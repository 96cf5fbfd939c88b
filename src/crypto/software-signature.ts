import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { concatBytes, toHex } from '../base/bytes.ts'
import {
  type PackageManifest,
  type PackageServices,
  packagePreamble,
  parsePackageHead,
} from '../base/software-package.ts'

/** DER of an Ed25519 key before its 32 bytes: public (SPKI) and private (PKCS #8). Source: RFC 8410, 4 and 7. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const KEY_SIZE = 32
const SIGNATURE_SIZE = 64

/** Key pair for packages, 32 bytes each. Source: RFC 8032. */
export function generatePackageKey(): { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array } {
  const { privateKey } = generateKeyPairSync('ed25519')
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  const bytes = new Uint8Array(der.subarray(der.length - KEY_SIZE))
  return { privateKey: bytes, publicKey: publicKeyOf(bytes) }
}

export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const der = createPublicKey(privateKeyObject(privateKey)).export({ format: 'der', type: 'spki' })
  return new Uint8Array(der.subarray(der.length - KEY_SIZE))
}

/** What `packageContent` and its like need. */
export const softwarePackageServices: PackageServices = {
  sha256: (data) => new Uint8Array(createHash('sha256').update(data).digest()),
  verifyEd25519: (publicKey, data, signature) =>
    verify(
      null,
      data,
      createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' }),
      signature,
    ),
}

/** A manifest for `content`, all but whose signature it gets. */
export type PackageWish = Omit<PackageManifest, 'size' | 'sha256' | 'blocks' | 'signer'>

/** A package file that nobody has signed yet: signer and signature are zeros. */
export function makePackage(wish: PackageWish, content: Uint8Array): Uint8Array {
  const { sha256 } = softwarePackageServices
  const count = Math.ceil(content.length / wish.blockSize)
  const blocks = Array.from({ length: count }, (_, index) =>
    toHex(sha256(content.subarray(index * wish.blockSize, (index + 1) * wish.blockSize))),
  )
  const manifest: PackageManifest = {
    ...wish,
    size: content.length,
    sha256: toHex(sha256(content)),
    blocks,
    signer: '0'.repeat(KEY_SIZE * 2),
  }
  return concatBytes([packagePreamble(manifest), new Uint8Array(SIGNATURE_SIZE), content])
}

/** The same package, signed with `privateKey` (32 bytes); undefined when `bytes` is no package. */
export function signPackage(bytes: Uint8Array, privateKey: Uint8Array): Uint8Array | undefined {
  const head = parsePackageHead(bytes)
  if (!head.ok) return undefined
  const { manifest, size } = head.value
  const signed = packagePreamble({ ...manifest, signer: toHex(publicKeyOf(privateKey)) })
  const signature = sign(null, signed, privateKeyObject(privateKey))
  return concatBytes([signed, signature, bytes.subarray(size)])
}

function privateKeyObject(privateKey: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, privateKey]), format: 'der', type: 'pkcs8' })
}
