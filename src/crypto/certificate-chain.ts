import { X509Certificate } from 'node:crypto'
import { err, ok, type Result } from '../base/result.ts'

/**
 * What a certificate of Tillwire's key loading may be used for, as an extended key usage. An arc of our own, made from a
 * random UUID. Source: RFC 5280, 4.2.1.12; ITU-T X.667.
 */
export const CERTIFICATE_PURPOSE = {
  /** A PIN pad, which receives keys. */
  keyReceiver: '2.25.188234104942578889661862862007919798569.1',
  /** A host, which sends them. */
  keySender: '2.25.188234104942578889661862862007919798569.2',
} as const

/** Why a chain is refused; `index` counts from the end entity, 0. */
export interface ChainFault {
  readonly kind:
    | 'unreadable'
    /** It leads to no root that is trusted here. */
    | 'otherRoot'
    /** A signature does not fit what was signed. */
    | 'altered'
    | 'notYetValid'
    | 'expired'
    /** Made for something else, or signed by a certificate that may sign none. */
    | 'wrongPurpose'
    | 'weakKey'
  readonly index: number
}

export interface CertificateChain {
  /** DER, the end entity first; the root may be left out. */
  readonly certificates: readonly Uint8Array[]
  /** DER. */
  readonly roots: readonly Uint8Array[]
  readonly nowMs: number
  readonly purpose: string
}

const CHAIN_SIZE_MAX = 4
const CERTIFICATE_SIZE_MAX = 4096
const RSA_BITS_MIN = 2048

/** Checks signatures, dates and purposes from the end entity up to a trusted root. Source: RFC 5280, 6.1. */
export function checkCertificateChain(chain: CertificateChain): Result<X509Certificate, ChainFault> {
  const certificates: X509Certificate[] = []
  for (const [index, der] of chain.certificates.entries()) {
    const certificate = index < CHAIN_SIZE_MAX ? readCertificate(der) : undefined
    if (certificate === undefined) return err({ kind: 'unreadable', index })
    certificates.push(certificate)
  }
  const [leaf] = certificates
  if (leaf === undefined) return err({ kind: 'unreadable', index: 0 })
  const roots = chain.roots.flatMap((der) => readCertificate(der) ?? [])
  for (const [index, certificate] of certificates.entries()) {
    const issuers = index + 1 < certificates.length ? certificates.slice(index + 1, index + 2) : roots
    const fault = checkOne(certificate, issuers, chain.nowMs)
    if (fault !== undefined) return err({ kind: fault, index })
  }
  // A root may be sent along: then it was checked against itself above.
  if (leaf.ca || !(leaf.keyUsage ?? []).includes(chain.purpose))
    return err({ kind: 'wrongPurpose', index: 0 })
  if (!isStrong(leaf)) return err({ kind: 'weakKey', index: 0 })
  return ok(leaf)
}

function checkOne(
  certificate: X509Certificate,
  issuers: readonly X509Certificate[],
  nowMs: number,
): ChainFault['kind'] | undefined {
  const named = issuers.filter((each) => certificate.checkIssued(each))
  if (named.length === 0) return 'otherRoot'
  const issuer = named.find((each) => certificate.verify(each.publicKey))
  if (issuer === undefined) return 'altered'
  for (const each of [certificate, issuer]) {
    if (nowMs < Date.parse(each.validFrom)) return 'notYetValid'
    if (nowMs > Date.parse(each.validTo)) return 'expired'
  }
  return issuer.ca ? undefined : 'wrongPurpose'
}

function isStrong({ publicKey }: X509Certificate): boolean {
  if (publicKey.asymmetricKeyType === 'ec') return publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  return (
    publicKey.asymmetricKeyType === 'rsa' &&
    (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS_MIN
  )
}

/** The certificate, if it is one and nothing stands behind it. */
export function readCertificate(der: Uint8Array): X509Certificate | undefined {
  if (der.length > CERTIFICATE_SIZE_MAX) return undefined
  try {
    const certificate = new X509Certificate(der)
    return certificate.raw.length === der.length ? certificate : undefined
  } catch {
    return undefined
  }
}

/** Serial number of the device in the subject's name. Source: X.520, 6.2.9. */
export function serialNumberOf(certificate: X509Certificate): string | undefined {
  const found = certificate.subject.split('\n').filter((line) => line.startsWith('serialNumber='))
  return found.length === 1 ? found[0]?.slice('serialNumber='.length) : undefined
}
