import { toHex } from '../../../base/bytes.ts'
import { hasBit, type ResultBit } from '../../../emv/results.ts'
import type { ContactSession } from '../contact-session.ts'
import type { ContactlessTerms, HolderProof } from './contactless-types.ts'
import type { EntryPoint } from './pre-processing.ts'

/** Card transaction qualifiers, tag 9F6C, 2 bytes. Source: Visa VCPS 2.1; docs of EMV at Tillwire, 11. */
export const CTQ = {
  onlinePin: [0, 0x80],
  signature: [0, 0x40],
  onlineIfNotAuthentic: [0, 0x20],
  switchIfNotAuthentic: [0, 0x10],
  onlineIfExpired: [0, 0x08],
  deviceVerified: [1, 0x80],
} as const satisfies { readonly [name: string]: ResultBit }

/**
 * How the holder is to be proved: what the card asks for comes first; where the terminal must be sure and the card asks for
 * nothing it is the PIN, and below the limits nothing. Source: VCPS 2.1, cardholder verification; UnionPay's small amounts.
 */
export function proofOf(session: ContactSession, point: EntryPoint, terms: ContactlessTerms): HolderProof {
  const asked = session.card.get('9F6C') ?? new Uint8Array(2)
  if (terms.deviceVerification && hasBit(asked, CTQ.deviceVerified)) return 'device'
  if (hasBit(asked, CTQ.onlinePin)) return 'pin'
  if (hasBit(asked, CTQ.signature)) return 'signature'
  const { amountMinor } = session.transaction
  if (point.verificationRequired || isForeignAbove(session, point, amountMinor)) return 'pin'
  const { noSignatureLimitMinor } = terms
  return noSignatureLimitMinor !== undefined && amountMinor >= noSignatureLimitMinor ? 'signature' : 'none'
}

/** Home limits do not hold for a card from abroad: then those of its application do. */
function isForeignAbove(
  { card, config }: ContactSession,
  { parameters }: EntryPoint,
  amountMinor: number,
): boolean {
  const country = card.get('5F28')
  if (country === undefined || toHex(country) === config.country.padStart(4, '0')) return false
  return amountMinor >= (parameters.contactless?.verificationLimitMinor ?? 0)
}
