import { constants, createPrivateKey, type KeyObject, sign, verify, webcrypto } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { concatBytes, fromHex, toHex } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import {
  CERTIFICATE_PURPOSE,
  type ChainFault,
  checkCertificateChain,
  serialNumberOf,
} from '../../crypto/certificate-chain.ts'
import { encodeKeyPackage, KEY_NONCE_SIZE, keyRequestText } from '../../crypto/key-package.ts'
import { Pkcs10CertificateRequestGenerator } from '../../crypto/x509-package.ts'
import type { WrappedKey } from '../core/security-module-port.ts'
import { writePrivateFile } from './private-file.ts'
import { SecurityModuleError } from './security-module-error.ts'
import type { SoftwareSecurityModule } from './software-security-module.ts'

/** What a PIN pad shows of itself when it asks for its master key. */
export interface KeyRequest {
  /** DER, the pad's first. */
  readonly certificates: readonly Uint8Array[]
  /** 16 bytes. */
  readonly nonce: Uint8Array
  /** RSASSA-PSS (SHA-256) over serial number, nonce and context. */
  readonly signature: Uint8Array
  /** 32 bytes of what the request belongs to. */
  readonly context: Uint8Array
}

/** A pad that proved who it is. */
export interface ProvenPad {
  readonly serialNumber: string
  readonly publicKey: KeyObject
  readonly nonce: Uint8Array
}

export type KeyRequestFault =
  | { readonly kind: 'chain'; readonly fault: ChainFault }
  /** The certificate is no PIN pad's: it names no serial number, or has no RSA key. */
  | { readonly kind: 'notAPad' }
  /** The pad does not have the private key, or signed something else. */
  | { readonly kind: 'notProven' }

const FILE = 'key-distribution.json'
const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const stored = z.strictObject({
  format: z.literal('tillwire-key-distribution-1'),
  /** PKCS #8, sealed by the security module. */
  key: z.string(),
  /** Base64 DER, the host's own first; empty until a manufacturer has certified it. */
  certificates: z.array(z.string()),
  /** Manufacturers whose pads are believed. */
  roots: z.array(z.string()),
})
type Stored = z.infer<typeof stored>

/**
 * The host's part in sending master keys to PIN pads: its signing key, the manufacturer's certificate for it, and the
 * manufacturers it believes. The signing key lies sealed beside the other keys.
 */
export class KeyDistribution {
  readonly #path: string
  readonly #security: SoftwareSecurityModule
  readonly #nowMs: () => number

  /** @throws {SecurityModuleError} when the file is damaged. */
  constructor(options: {
    readonly directory: string
    readonly security: SoftwareSecurityModule
    readonly nowMs: () => number
  }) {
    this.#path = join(options.directory, FILE)
    this.#security = options.security
    this.#nowMs = options.nowMs
    readStored(this.#path)
  }

  /** Read each time: a command may have certified the host while it runs. */
  get #stored(): Stored | undefined {
    return readStored(this.#path)
  }

  /** Whether a manufacturer has certified this host. */
  get isCertified(): boolean {
    return (this.#stored?.certificates.length ?? 0) > 0
  }

  /** PKCS #10 for the manufacturer, DER; the key pair is made the first time. */
  async certificateRequest(name: string): Promise<Uint8Array> {
    const { key } = this.#stored ?? (await this.#newKey())
    const pkcs8 = Buffer.from(this.#security.unsealData(fromHex(key)))
    const { d: _, ...publicPart } = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({
      format: 'jwk',
    })
    const request = await Pkcs10CertificateRequestGenerator.create({
      name: `CN=${name.replace(/[^0-9A-Za-z .-]/g, '')}`,
      keys: {
        privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, CURVE, false, ['sign']),
        publicKey: await webcrypto.subtle.importKey('jwk', publicPart, CURVE, true, ['verify']),
      },
      signingAlgorithm: CURVE,
    })
    return new Uint8Array(request.rawData)
  }

  /**
   * Takes the manufacturer's certificates and believes its pads from now on.
   *
   * @throws {SecurityModuleError} when they are not for this host's key, or not of that root.
   */
  certified(certificates: readonly Uint8Array[], root: Uint8Array): void {
    const present = this.#stored
    if (present === undefined) throw new SecurityModuleError('make the certificate request of the host first')
    const { keySender: purpose } = CERTIFICATE_PURPOSE
    const chain = checkCertificateChain({ certificates, roots: [root], nowMs: this.#nowMs(), purpose })
    const isOurs = chain.ok && chain.value.checkPrivateKey(this.#signingKey(present))
    if (!isOurs) {
      const why = chain.ok ? 'it is for another key' : chain.error.kind
      throw new SecurityModuleError(
        `the manufacturer's certificate does not fit this host (${why}): ask again`,
      )
    }
    const roots = [...new Set([...present.roots, base64(root)])]
    this.#save({ ...present, certificates: certificates.map(base64), roots })
  }

  /** Whether the request comes from a pad of a manufacturer that is believed here, and from that pad itself. */
  prove({ certificates, nonce, signature, context }: KeyRequest): Result<ProvenPad, KeyRequestFault> {
    const checked = checkCertificateChain({
      certificates,
      roots: (this.#stored?.roots ?? []).map((each) => Buffer.from(each, 'base64')),
      nowMs: this.#nowMs(),
      purpose: CERTIFICATE_PURPOSE.keyReceiver,
    })
    if (!checked.ok) return err({ kind: 'chain', fault: checked.error })
    const { publicKey } = checked.value
    const serialNumber = serialNumberOf(checked.value)
    const isPad = serialNumber !== undefined && /^[0-9A-Z]{1,32}$/.test(serialNumber)
    if (!isPad || publicKey.asymmetricKeyType !== 'rsa') return err({ kind: 'notAPad' })
    const key = {
      key: publicKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }
    const isProven =
      nonce.length === KEY_NONCE_SIZE &&
      verify('sha256', keyRequestText(serialNumber, nonce, context), key, signature)
    return isProven ? ok({ serialNumber, publicKey, nonce }) : err({ kind: 'notProven' })
  }

  /** The signed package that only this pad opens, and only for this request. @throws {SecurityModuleError} */
  packageFor(pad: ProvenPad, key: WrappedKey): Uint8Array {
    const present = this.#stored
    if (present === undefined || !this.isCertified) {
      throw new SecurityModuleError(
        'no manufacturer has certified this host, so no PIN pad would believe it: run tillwire estate enrol',
      )
    }
    const signed = encodeKeyPackage({
      ...this.#security.transportMasterKey(key, pad),
      serialNumber: pad.serialNumber,
      nonce: pad.nonce,
      certificates: present.certificates.map((each) => Buffer.from(each, 'base64')),
    })
    const signingKey = { key: this.#signingKey(present), dsaEncoding: 'ieee-p1363' } as const
    return concatBytes([signed, sign('sha256', signed, signingKey)])
  }

  #signingKey({ key }: Stored): KeyObject {
    const der = Buffer.from(this.#security.unsealData(fromHex(key)))
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  }

  async #newKey(): Promise<Stored> {
    const { privateKey } = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
    const pkcs8 = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', privateKey))
    const key = toHex(this.#security.sealData(pkcs8))
    return this.#save({ format: 'tillwire-key-distribution-1', key, certificates: [], roots: [] })
  }

  #save(next: Stored): Stored {
    writePrivateFile(this.#path, `${JSON.stringify(next)}\n`)
    return next
  }
}

function readStored(path: string): Stored | undefined {
  if (!existsSync(path)) return undefined
  try {
    return stored.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new SecurityModuleError(`${path} is damaged; restore it from your backup`)
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
