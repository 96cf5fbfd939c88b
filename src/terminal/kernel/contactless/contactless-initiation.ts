import { toHex } from '../../../base/bytes.ts'
import { ok, type Result } from '../../../base/result.ts'
import { processingOptionsCommand, SW } from '../../../emv/apdu.ts'
import { decodeTlvs } from '../../../emv/ber-tlv.ts'
import { dolSize, fillDol, parseDol } from '../../../emv/dol.ts'
import { type CryptogramKind, cryptogramKind } from '../../../emv/results.ts'
import type { Flow } from '../../flows/effect.ts'
import { soleTemplate } from '../candidate-list.ts'
import { badCard, exchange } from '../card-channel.ts'
import type { ContactSession } from '../contact-session.ts'
import type { ContactStop } from '../contact-stop.ts'

const PDOL_SIZE_MAX = 252
/** Without these there is no transaction. Source: Visa VCPS 2.1; JR/T 0025.12. */
const MANDATORY: readonly (readonly [tag: string, sizeMin: number, sizeMax: number])[] = [
  ['82', 2, 2],
  ['9F36', 2, 2],
  ['9F26', 8, 8],
  ['9F10', 1, 32],
  ['57', 8, 19],
]
/** Two bits of the second byte of the card verification results. */
const KINDS: readonly CryptogramKind[] = ['AAC', 'TC', 'ARQC', 'AAC']
const INFORMATION: Readonly<Record<CryptogramKind, number>> = { AAC: 0, TC: 0x40, ARQC: 0x80, AAR: 0xc0 }

/**
 * GET PROCESSING OPTIONS: one answer with everything, the cryptogram included. `refused`: another application may want it.
 * Source: Visa VCPS 2.1; JR/T 0025.12.
 */
export function* initiateContactless(
  session: ContactSession,
): Flow<Result<'initiated' | 'refused', ContactStop>> {
  const pdol = parseDol(session.application.pdol)
  // A card that does not ask what the terminal is does not speak this way of paying.
  if (!pdol.ok || !pdol.value.some(({ tag }) => tag === '9F66') || dolSize(pdol.value) > PDOL_SIZE_MAX) {
    return badCard('processingOptions')
  }
  session.pdolData = fillDol(pdol.value, (tag) => session.lookup(tag))
  const answer = yield* exchange(processingOptionsCommand(session.pdolData), 'processingOptions')
  if (!answer.ok) return answer
  const { status, data } = answer.value
  if (status === SW.conditionsNotSatisfied) return ok('refused')
  const template = status === SW.ok ? soleTemplate(data, '77') : undefined
  const objects = template === undefined ? undefined : decodeTlvs(template)
  if (objects === undefined || !objects.ok) return badCard('processingOptions')
  const seen = new Set<string>()
  for (const { tag, value } of objects.value) {
    if (seen.has(tag)) return badCard('processingOptions')
    seen.add(tag)
    session.card.set(tag, Uint8Array.from(value))
  }
  const isWhole = MANDATORY.every(([tag, sizeMin, sizeMax]) => {
    const size = seen.has(tag) ? (session.card.get(tag)?.length ?? 0) : 0
    return size >= sizeMin && size <= sizeMax
  })
  return isWhole && noteCryptogram(session) ? ok('initiated') : badCard('processingOptions')
}

/** Where tag 9F27 is missing the card's own results tell what the cryptogram is. Source: docs of EMV at Tillwire, 11. */
function noteCryptogram(session: ContactSession): boolean {
  const { card } = session
  const results = card.get('9F10')?.[4]
  const information = card.get('9F27')?.[0] ?? (results === undefined ? undefined : implied(results))
  if (information === undefined) return false
  card.set('9F27', Uint8Array.of(information))
  const value = card.get('9F26') ?? new Uint8Array(8)
  session.cryptogram = { kind: cryptogramKind(information), information, value }
  session.firstCryptogram = session.cryptogram
  return true
}

function implied(results: number): number {
  return INFORMATION[KINDS[(results >> 4) & 3] ?? 'AAC']
}

/** Track 2 equivalent data by their parts; undefined when they are none. Source: EMV Book 3, annex A, tag 57. */
export function trackParts(
  session: ContactSession,
):
  | { readonly track2: string; readonly pan: string; readonly expiry: string; readonly serviceCode: string }
  | undefined {
  const digits = toHex(session.card.get('57') ?? new Uint8Array(0))
  const match = /^((\d{8,19})D(\d{2}(?:0[1-9]|1[0-2]))(\d{3})\d*)F?$/.exec(digits)
  if (match === null) return undefined
  const [, track2 = '', pan = '', expiry = '', serviceCode = ''] = match
  return { track2, pan, expiry, serviceCode }
}
