import type { RequestedCryptogram } from '../../emv/apdu.ts'
import { intersects } from '../../emv/results.ts'
import type { ContactSession } from './contact-session.ts'

/** What the card says when it lacks an action code. Source: EMV Book 3, 10.7. */
const NOTHING = new Uint8Array(5)
const EVERYTHING = new Uint8Array(5).fill(0xff)

/** Terminal types that can go online, and those that can stay offline. Source: EMV Book 4, annex A1. */
function isOnlineCapable(terminalType: number): boolean {
  return terminalType % 16 !== 3 && terminalType % 16 !== 6
}
function isOfflineCapable(terminalType: number): boolean {
  return terminalType % 16 !== 1 && terminalType % 16 !== 4
}

/** Which cryptogram the terminal asks for first. Source: EMV Book 3, 10.7. */
export function analyseActions(session: ContactSession): RequestedCryptogram {
  const { card, tvr, application, config } = session
  const { tacDenial, tacOnline } = application.parameters
  if (intersects(tvr, tacDenial) || intersects(tvr, card.get('9F0E') ?? NOTHING)) return 'AAC'
  if (!isOnlineCapable(config.terminalType)) return analyseDefault(session)
  if (!isOfflineCapable(config.terminalType)) return 'ARQC'
  if (intersects(tvr, tacOnline) || intersects(tvr, card.get('9F0F') ?? EVERYTHING)) return 'ARQC'
  return 'TC'
}

/** What happens when no answer comes. Source: EMV Book 3, 10.7, default action codes. */
export function analyseDefault(session: ContactSession): 'TC' | 'AAC' {
  const { card, tvr, application } = session
  const declined =
    intersects(tvr, application.parameters.tacDefault) || intersects(tvr, card.get('9F0D') ?? EVERYTHING)
  return declined ? 'AAC' : 'TC'
}
