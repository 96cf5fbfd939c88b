import { createHash, randomBytes, webcrypto } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CERTIFICATE_PURPOSE } from '../../src/crypto/certificate-chain.ts'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  X509Certificate,
  X509CertificateGenerator,
} from '../../src/crypto/x509-package.ts'

/** The factory's file can't be used, or what it was asked to certify is not right; one sentence that says what to do. */
export class FactoryError extends Error {
  override readonly name = 'FactoryError'
}

/** A certificate with the one that signed it; DER, the root left out. */
export type IssuedChain = readonly Uint8Array[]

const FILE = 'factory.json'
const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 86_400_000
/** A pad's clock may be a day off when its certificate is new. */
const BACKDATED_MS = DAY_MS
const LIFE_DAYS = { root: 20 * 365, manufacturer: 15 * 365, pad: 10 * 365, sender: 2 * 365 } as const

const stored = z.strictObject({
  format: z.literal('tillwire-factory-1'),
  root: z.strictObject({ key: z.string(), certificate: z.string() }),
  manufacturer: z.strictObject({ key: z.string(), certificate: z.string() }),
})
type Stored = z.infer<typeof stored>

interface Authority {
  readonly key: webcrypto.CryptoKey
  readonly certificate: X509Certificate
}

/**
 * The manufacturer of the emulated pads: a root, and under it the authority that certifies pads, and the hosts which may
 * send them keys. Test keys in a file of mode 0600; a real one has them in hardware.
 */
export class Factory {
  readonly #root: X509Certificate
  readonly #manufacturer: Authority
  readonly #nowMs: () => number

  constructor(root: X509Certificate, manufacturer: Authority, nowMs: () => number) {
    this.#root = root
    this.#manufacturer = manufacturer
    this.#nowMs = nowMs
  }

  /** DER; what a host trusts, and what is burnt into a pad. */
  get root(): Uint8Array {
    return new Uint8Array(this.#root.rawData)
  }

  /** `publicKey`: SubjectPublicKeyInfo of the pad's RSA key, DER. */
  certifyPad(serialNumber: string, publicKey: Uint8Array): Promise<IssuedChain> {
    return this.#certify({
      subject: `CN=Tillwire PIN pad, 2.5.4.5=${serialNumber}`,
      publicKey,
      usages: KeyUsageFlags.keyEncipherment | KeyUsageFlags.digitalSignature,
      purpose: CERTIFICATE_PURPOSE.keyReceiver,
      days: LIFE_DAYS.pad,
    })
  }

  /** `request`: PKCS #10, DER. Rejects with `FactoryError` when it was not signed by its own key. */
  async certifySender(request: Uint8Array): Promise<IssuedChain> {
    const read = readRequest(request)
    if (read === undefined || !(await read.verify()))
      throw new FactoryError('the request of the host is damaged: make it again')
    return this.#certify({
      subject: read.subject,
      publicKey: new Uint8Array(read.publicKey.rawData),
      usages: KeyUsageFlags.digitalSignature,
      purpose: CERTIFICATE_PURPOSE.keySender,
      days: LIFE_DAYS.sender,
    })
  }

  async #certify(options: {
    readonly subject: string
    readonly publicKey: Uint8Array
    readonly usages: KeyUsageFlags
    readonly purpose: string
    readonly days: number
  }): Promise<IssuedChain> {
    const { key, certificate } = this.#manufacturer
    const issued = await X509CertificateGenerator.create({
      ...this.#period(options.days),
      subject: options.subject,
      issuer: certificate.subject,
      publicKey: Buffer.from(options.publicKey),
      signingKey: key,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(options.usages, true),
        new ExtendedKeyUsageExtension([options.purpose], true),
      ],
    })
    return [issued, certificate].map(({ rawData }) => new Uint8Array(rawData))
  }

  #period(days: number) {
    return periodOf(this.#nowMs(), days)
  }
}

/** Opens the factory in `directory`, or builds it. Rejects with `FactoryError`. */
export async function openFactory(directory: string, nowMs: () => number = Date.now): Promise<Factory> {
  const path = join(directory, FILE)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (!existsSync(path)) writeAtomically(path, JSON.stringify(await newFactory(nowMs())))
  try {
    const { root, manufacturer } = stored.parse(JSON.parse(readFileSync(path, 'utf8')))
    return new Factory(new X509Certificate(root.certificate), await authorityOf(manufacturer), nowMs)
  } catch {
    throw new FactoryError(`${path} is damaged: restore it, or remove it and certify pads and host anew`)
  }
}

async function newFactory(nowMs: number): Promise<Stored> {
  const rootKeys = await signingKeys()
  // Each root has a name of its own: one that took another's place would be found by its name alone.
  const name = randomBytes(4).toString('hex').toUpperCase()
  const root = await X509CertificateGenerator.createSelfSigned({
    ...periodOf(nowMs, LIFE_DAYS.root),
    name: `CN=Tillwire test root ${name}`,
    keys: rootKeys,
    signingAlgorithm: SIGNING,
    extensions: authorityExtensions(1),
  })
  const keys = await signingKeys()
  const manufacturer = await X509CertificateGenerator.create({
    ...periodOf(nowMs, LIFE_DAYS.manufacturer),
    subject: `CN=Tillwire test manufacturer ${name}`,
    issuer: root.subject,
    publicKey: keys.publicKey,
    signingKey: rootKeys.privateKey,
    signingAlgorithm: SIGNING,
    extensions: authorityExtensions(0),
  })
  return {
    format: 'tillwire-factory-1',
    root: { key: await exported(rootKeys.privateKey), certificate: root.toString('pem') },
    manufacturer: { key: await exported(keys.privateKey), certificate: manufacturer.toString('pem') },
  }
}

function authorityExtensions(pathLength: number) {
  return [
    new BasicConstraintsExtension(true, pathLength, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ]
}

async function authorityOf({ key, certificate }: Stored['manufacturer']): Promise<Authority> {
  const bytes = Buffer.from(key, 'base64')
  return {
    key: await webcrypto.subtle.importKey('pkcs8', bytes, SIGNING, false, ['sign']),
    certificate: new X509Certificate(certificate),
  }
}

function signingKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify'])
}

async function exported(key: webcrypto.CryptoKey): Promise<string> {
  return Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64')
}

function periodOf(nowMs: number, days: number) {
  return {
    serialNumber: createHash('sha256').update(randomBytes(16)).digest('hex').slice(0, 30),
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + days * DAY_MS),
  }
}

function readRequest(request: Uint8Array): Pkcs10CertificateRequest | undefined {
  try {
    return new Pkcs10CertificateRequest(Buffer.from(request))
  } catch {
    return undefined
  }
}

function writeAtomically(path: string, text: string): void {
  const temporary = `${path}.new`
  writeFileSync(temporary, text, { mode: 0o600, flush: true })
  renameSync(temporary, path)
}
