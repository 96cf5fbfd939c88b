import type { ContactlessTerms } from '../kernel/contactless/contactless-types.ts'
import type { CardPurpose } from './card-in-hand.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'

/** Contactless parameters by their tags. Source: docs of the UnionPay dialect, 5.3. */
const TAGS = {
  quickService: 'FF8054',
  deviceVerification: 'FF8057',
  noPinLimit: 'FF8058',
  noSignatureLimit: 'FF8059',
  noSignature: 'FF805A',
} as const
type Parameter = keyof typeof TAGS

/**
 * What a tap is allowed. Only a sale may go without PIN and signature; without parameters of the host the limits of the
 * card's application hold. `offlineApproval`: the limits of offline sales leave room for it.
 */
export function contactlessTerms(
  context: TerminalContext,
  { type }: Pick<CardPurpose, 'type'>,
  offlineApproval: boolean,
): ContactlessTerms {
  const values = context.state.downloads?.contactless ?? {}
  const isOff = (parameter: Parameter): boolean => values[TAGS[parameter]] === '0'
  const limit = (parameter: Parameter): number | undefined => amountOf(values[TAGS[parameter]])
  return {
    // Switched off it is a limit that every amount reaches.
    noPinLimitMinor: isOff('quickService') ? 0 : limit('noPinLimit'),
    noSignatureLimitMinor: isOff('noSignature') ? 0 : limit('noSignatureLimit'),
    verifiesAlways: type !== 'sale',
    deviceVerification: !isOff('deviceVerification') && activeProfile(context).contactlessDevices,
    offlineApproval: offlineApproval && type === 'sale',
  }
}

function amountOf(digits: string | undefined): number | undefined {
  return digits !== undefined && /^\d{1,12}$/.test(digits) ? Number(digits) : undefined
}
