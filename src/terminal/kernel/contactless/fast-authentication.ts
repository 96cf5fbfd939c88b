import { concatBytes } from '../../../base/bytes.ts'
import { verifyDynamicSignature } from '../../../emv/dynamic-signature.ts'
import type { ContactSession } from '../contact-session.ts'
import { recoverCardKey } from '../offline-authentication.ts'

const VERSION = 0x01
/** Objects that the card needs for it. */
const NEEDED = ['8F', '90', '9F32', '9F46', '9F47', '9F4B', '9F69'] as const

/** `notOffered`: the card has nothing to check. */
export type FastAuthentication = 'notOffered' | 'authentic' | 'failed'

/**
 * Fast DDA: the card has signed the terminal's number, amount and currency together with its own qualifiers, without a
 * command of its own. Source: Visa VCPS 2.1, fDDA version 01; docs of EMV at Tillwire, 11.
 */
export function authenticateFast(session: ContactSession): FastAuthentication {
  const { card, config } = session
  if (!card.has('9F4B')) return 'notOffered'
  const related = card.get('9F69')
  if (related?.[0] !== VERSION || NEEDED.some((tag) => !card.has(tag))) return 'failed'
  const key = recoverCardKey(session)
  const signature = card.get('9F4B') ?? new Uint8Array(0)
  const signed = ['9F37', '9F02', '5F2A'].map((tag) => session.lookup(tag) ?? new Uint8Array(0))
  const verified =
    key === undefined
      ? undefined
      : verifyDynamicSignature(config.sha1, key, signature, concatBytes([...signed, related]))
  return verified?.ok === true ? 'authentic' : 'failed'
}
