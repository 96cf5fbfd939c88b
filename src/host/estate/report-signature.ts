import { createHash, createPublicKey, verify } from 'node:crypto'

const MARK = /<!-- tillwire-acceptance-1 ([0-9A-Za-z+/=]{40,100}) ([0-9A-Za-z+/=]{80,100}) -->\n?$/

/** The last line of a report: public key (SPKI) and Ed25519 signature over all before it. */
export function reportMark(publicKey: Uint8Array, signature: Uint8Array): string {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  return `<!-- tillwire-acceptance-1 ${base64(publicKey)} ${base64(signature)} -->\n`
}

/** `signer`: SHA-256 of the public key, hexadecimal: to be compared with what the host says of itself. */
export type ReportVerdict =
  | { readonly kind: 'whole'; readonly signer: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'altered' }

/** Whether a report is as its host signed it; one digit that differs makes it `altered`. */
export function verifyReport(html: string): ReportVerdict {
  const found = MARK.exec(html)
  if (found === null) return { kind: 'unsigned' }
  const [mark, publicKey = '', signature = ''] = found
  const text = html.slice(0, html.length - mark.length)
  const spki = Buffer.from(publicKey, 'base64')
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    const isWhole =
      key.asymmetricKeyType === 'ed25519' &&
      verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))
    return isWhole
      ? { kind: 'whole', signer: createHash('sha256').update(spki).digest('hex') }
      : { kind: 'altered' }
  } catch {
    return { kind: 'altered' }
  }
}
