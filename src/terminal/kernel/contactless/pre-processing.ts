import { toHex } from '../../../base/bytes.ts'
import { CAPABILITY, hasBit, type ResultBit, setBit } from '../../../emv/results.ts'
import type { EmvTransaction } from '../emv-transaction.ts'
import type { ApplicationParameters, ContactlessLimits, KernelConfig } from '../kernel-config.ts'
import type { ContactlessTerms } from './contactless-types.ts'

/** Terminal transaction qualifiers, tag 9F66, 4 bytes. Source: Visa VCPS 2.1; docs of EMV at Tillwire, 11. */
export const TTQ = {
  quick: [0, 0x20],
  contactChip: [0, 0x10],
  onlinePin: [0, 0x04],
  signature: [0, 0x02],
  authenticationOnline: [0, 0x01],
  onlineRequired: [1, 0x80],
  verificationRequired: [1, 0x40],
  deviceVerification: [2, 0x40],
  fastAuthentication: [3, 0x80],
} as const satisfies { readonly [name: string]: ResultBit }

/** What the terminal says to one application, made before a card is there. */
export interface EntryPoint {
  readonly parameters: ApplicationParameters
  /** Tag 9F66. */
  readonly qualifiers: Uint8Array
  readonly onlineRequired: boolean
  readonly verificationRequired: boolean
}

/** UnionPay: its small-amount limits are for home cards only. */
const HOME_RID = 'A000000333'

/**
 * The applications that may be tapped for this amount, with their qualifiers; empty: the card is to be put in. Source: EMV
 * Contactless Book B, 3.1.1.
 */
export function preProcess(
  config: KernelConfig,
  { amountMinor }: Pick<EmvTransaction, 'amountMinor'>,
  terms: ContactlessTerms,
): readonly EntryPoint[] {
  const points: EntryPoint[] = []
  for (const parameters of config.applications) {
    const { contactless } = parameters
    // Without limits of its own the acquirer has not opened it to taps.
    if (contactless === undefined || amountMinor >= contactless.transactionLimitMinor) continue
    const onlineRequired = isOnlineRequired(contactless, amountMinor, terms)
    const verificationRequired = amountMinor >= verificationLimit(parameters, contactless, terms)
    const qualifiers = qualifiersOf(config, terms, onlineRequired, verificationRequired)
    points.push({ parameters, qualifiers, onlineRequired, verificationRequired })
  }
  return points
}

/** Nothing to pay is a question to the issuer, not a sale: it goes online. */
function isOnlineRequired(
  { floorLimitMinor }: ContactlessLimits,
  amountMinor: number,
  { offlineApproval }: ContactlessTerms,
): boolean {
  return !offlineApproval || amountMinor === 0 || amountMinor >= floorLimitMinor
}

function verificationLimit(
  { aid }: ApplicationParameters,
  { verificationLimitMinor }: ContactlessLimits,
  { verifiesAlways, noPinLimitMinor }: ContactlessTerms,
): number {
  if (verifiesAlways) return 0
  const isHome = toHex(aid).startsWith(HOME_RID)
  return isHome ? (noPinLimitMinor ?? verificationLimitMinor) : verificationLimitMinor
}

function qualifiersOf(
  { terminalCapabilities: can }: KernelConfig,
  terms: ContactlessTerms,
  onlineRequired: boolean,
  verificationRequired: boolean,
): Uint8Array {
  const qualifiers = new Uint8Array(4)
  setBit(qualifiers, TTQ.quick)
  const wanted: readonly (readonly [boolean, ResultBit])[] = [
    [hasBit(can, CAPABILITY.contactChip), TTQ.contactChip],
    [hasBit(can, CAPABILITY.onlinePin), TTQ.onlinePin],
    [hasBit(can, CAPABILITY.signature), TTQ.signature],
    [hasBit(can, CAPABILITY.dda), TTQ.authenticationOnline],
    [onlineRequired, TTQ.onlineRequired],
    [verificationRequired, TTQ.verificationRequired],
    [terms.deviceVerification, TTQ.deviceVerification],
    [hasBit(can, CAPABILITY.dda), TTQ.fastAuthentication],
  ]
  for (const [isOn, bit] of wanted) if (isOn) setBit(qualifiers, bit)
  return qualifiers
}
