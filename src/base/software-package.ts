import { asciiToBytes, bytesToAscii, concatBytes, equalBytes, fromHex, isHex, toHex } from './bytes.ts'
import { err, ok, type Result } from './result.ts'

/** What a package says of itself; all of it is signed. */
export interface PackageManifest {
  readonly name: string
  /** Three numbers with points. */
  readonly version: string
  /** The version that must be in force at least. */
  readonly minimumVersion: string
  /** Types of terminals that may load it; empty for all. */
  readonly terminalTypes: readonly string[]
  /** Bytes of the content. */
  readonly size: number
  /** SHA-256 of the content, hexadecimal. */
  readonly sha256: string
  /** Bytes of each block but the last. */
  readonly blockSize: number
  /** SHA-256 of each block, hexadecimal. */
  readonly blocks: readonly string[]
  /** Ed25519 public key, 32 bytes in hexadecimal. Whoever loads the package must trust it already. */
  readonly signer: string
  /** It leads back from this version, and from no other. */
  readonly rollbackFrom?: string
}

/** Beginning of a package file: mark, manifest, signature. The content follows. */
export interface PackageHead {
  readonly manifest: PackageManifest
  /** What is signed. */
  readonly signed: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** Where the content begins. */
  readonly size: number
}

/** Hash and signature, done by the world. */
export interface PackageServices {
  /** 32 bytes. Source: FIPS 180-4. */
  readonly sha256: (data: Uint8Array) => Uint8Array
  /** `publicKey`: 32 bytes, `signature`: 64. Source: RFC 8032. */
  readonly verifyEd25519: (publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array) => boolean
}

/** Why a package is not taken. */
export type PackageFault =
  /** It is no package, or its manifest is not what it should be. */
  | 'format'
  | 'truncated'
  | 'untrusted'
  | 'signature'
  /** A block is not what the manifest says. */
  | 'hash'
  | 'terminalType'
  /** The version in force is not older, and the package does not lead back from it. */
  | 'notNewer'
  | 'minimumVersion'
  /** Its content can't be used by this release. */
  | 'content'

/** `TWPK` and the format's number. */
const MARK = Uint8Array.of(0x54, 0x57, 0x50, 0x4b, 1)
const LENGTH_SIZE = 2
const SIGNATURE_SIZE = 64
/** Bytes of a manifest: its length has two bytes. */
const MANIFEST_SIZE_MAX = 60_000
/** Bytes of the content: a terminal holds it in memory while it checks it. */
export const PACKAGE_SIZE_MAX = 4 * 1024 * 1024
const BLOCK_SIZE_MIN = 256
const TEXT_SIZE_MAX = 40
const VERSION = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/
/** Of a terminal that runs as it was delivered. */
export const DELIVERED_VERSION = '0.0.0'

/** Less than 0 when `left` is the older one. */
export function compareVersions(left: string, right: string): number {
  const [one, two] = [left, right].map((text) => VERSION.exec(text)?.slice(1).map(Number) ?? [])
  for (const index of [0, 1, 2]) {
    const difference = (one?.[index] ?? 0) - (two?.[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** What is to be signed: mark and manifest. */
export function packagePreamble(manifest: PackageManifest): Uint8Array {
  // All of a manifest is ASCII: `manifestOf` takes nothing else.
  const text = asciiToBytes(JSON.stringify(manifest))
  return concatBytes([MARK, Uint8Array.of(text.length >> 8, text.length & 0xff), text])
}

/** How many bytes the beginning has, from its first seven; undefined when there are fewer or it is no package. */
export function packageHeadSize(bytes: Uint8Array): number | undefined {
  const start = MARK.length + LENGTH_SIZE
  if (bytes.length < start || !equalBytes(bytes.subarray(0, MARK.length), MARK)) return undefined
  const length = ((bytes[MARK.length] as number) << 8) | (bytes[MARK.length + 1] as number)
  return length > MANIFEST_SIZE_MAX ? undefined : start + length + SIGNATURE_SIZE
}

/** Reads the beginning; nothing in it is to be believed before its signature was checked. */
export function parsePackageHead(bytes: Uint8Array): Result<PackageHead, PackageFault> {
  const size = packageHeadSize(bytes)
  if (size === undefined) return err('format')
  if (bytes.length < size) return err('truncated')
  const signed = bytes.slice(0, size - SIGNATURE_SIZE)
  const manifest = manifestOf(bytesToAscii(signed.subarray(MARK.length + LENGTH_SIZE)))
  if (manifest === undefined) return err('format')
  return ok({ manifest, signed, signature: bytes.slice(size - SIGNATURE_SIZE, size), size })
}

/** The manifest and its signature hold, and one of `trusted` (hexadecimal) made it. */
export function checkPackageHead(
  { manifest, signed, signature }: PackageHead,
  trusted: readonly string[],
  { verifyEd25519 }: PackageServices,
): PackageFault | undefined {
  const isTrusted = trusted.some((key) => key.toUpperCase() === manifest.signer.toUpperCase())
  if (!isTrusted || isSmallOrder(manifest.signer)) return 'untrusted'
  return verifyEd25519(fromHex(manifest.signer), signed, signature) ? undefined : 'signature'
}

/**
 * Points of small order, and their other spellings, the bit of the sign apart: under them a signature of zeros holds for one
 * message in a few. Nobody has such a key; whoever names one forges. Source: RFC 8032, 5.1; RFC 7748, 6.1.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0'.repeat(64),
  `01${'0'.repeat(62)}`,
  '26E8958FC2B227B045C3F489F2EF98F0D5DFAC05D3C63339B13802886D53FC05',
  'C7176A703D4DD84FBA3C0B760D10670F2A2053FA2C39CCC64EC7FD7792AC037A',
  `EC${'F'.repeat(60)}7F`,
  `ED${'F'.repeat(60)}7F`,
  `EE${'F'.repeat(60)}7F`,
])
const SIGN_OFF = 0x7f

function isSmallOrder(publicKey: string): boolean {
  const bytes = fromHex(publicKey)
  const last = bytes.length - 1
  return SMALL_ORDER.has(toHex(bytes.with(last, (bytes[last] ?? 0) & SIGN_OFF)))
}

/** Whether `manifest` may follow what runs. */
export function checkPackageOrder(
  manifest: PackageManifest,
  { version, terminalType }: { readonly version: string; readonly terminalType: string },
): PackageFault | undefined {
  const { terminalTypes, rollbackFrom, minimumVersion } = manifest
  if (terminalTypes.length > 0 && !terminalTypes.includes(terminalType)) return 'terminalType'
  const isNewer = compareVersions(manifest.version, version) > 0
  const leadsBack = rollbackFrom !== undefined && compareVersions(rollbackFrom, version) === 0
  if (!isNewer && !leadsBack) return 'notNewer'
  return compareVersions(version, minimumVersion) < 0 ? 'minimumVersion' : undefined
}

/** The first block of `content` from `fromBlock` on that is here in full and wrong; undefined when all are right. */
export function wrongBlock(
  { blocks, blockSize, size }: PackageManifest,
  content: Uint8Array,
  sha256: PackageServices['sha256'],
  fromBlock = 0,
): number | undefined {
  for (let index = fromBlock; index < blocks.length; index++) {
    const end = Math.min((index + 1) * blockSize, size)
    if (content.length < end) return undefined
    const hash = toHex(sha256(content.subarray(index * blockSize, end)))
    if (hash !== blocks[index]?.toUpperCase()) return index
  }
  return undefined
}

/** The content of a whole package; what is wrong with it otherwise. */
export function packageContent(
  bytes: Uint8Array,
  trusted: readonly string[],
  services: PackageServices,
): Result<{ readonly manifest: PackageManifest; readonly content: Uint8Array }, PackageFault> {
  const head = parsePackageHead(bytes)
  if (!head.ok) return head
  const fault = checkPackageHead(head.value, trusted, services)
  if (fault !== undefined) return err(fault)
  const { manifest, size } = head.value
  const content = bytes.subarray(size)
  if (content.length < manifest.size) return err('truncated')
  if (content.length > manifest.size) return err('format')
  const isWhole = toHex(services.sha256(content)) === manifest.sha256.toUpperCase()
  if (!isWhole || wrongBlock(manifest, content, services.sha256) !== undefined) return err('hash')
  return ok({ manifest, content })
}

function manifestOf(text: string): PackageManifest | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const manifest = value as Partial<Record<keyof PackageManifest, unknown>>
  const { size, blockSize, blocks, terminalTypes, rollbackFrom } = manifest
  const areTextsRight =
    isName(manifest.name) &&
    isVersion(manifest.version) &&
    isVersion(manifest.minimumVersion) &&
    isHash(manifest.sha256) &&
    isHash(manifest.signer) &&
    (rollbackFrom === undefined || isVersion(rollbackFrom))
  if (!areTextsRight || !isCount(size, 1, PACKAGE_SIZE_MAX)) return undefined
  if (!isCount(blockSize, BLOCK_SIZE_MIN, PACKAGE_SIZE_MAX)) return undefined
  if (!Array.isArray(blocks) || blocks.length !== Math.ceil(size / blockSize) || !blocks.every(isHash))
    return undefined
  if (!Array.isArray(terminalTypes) || !terminalTypes.every(isName)) return undefined
  return value as PackageManifest
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_SIZE_MAX && /^[0-9A-Za-z][\w.-]*$/.test(value)
}

function isVersion(value: unknown): value is string {
  return typeof value === 'string' && VERSION.test(value)
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && value.length === 64 && isHex(value)
}

function isCount(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
}
