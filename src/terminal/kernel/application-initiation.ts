import { ok, type Result } from '../../base/result.ts'
import { processingOptionsCommand, SW } from '../../emv/apdu.ts'
import { decodeTlvs } from '../../emv/ber-tlv.ts'
import { dolSize, fillDol, parseDol } from '../../emv/dol.ts'
import type { Flow } from '../flows/effect.ts'
import { badCard, exchange } from './card-channel.ts'
import type { ContactSession } from './contact-session.ts'
import type { ContactStop } from './contact-stop.ts'

/** `refused`: the application does not want this transaction; another one may. */
export type InitiationOutcome = 'initiated' | 'refused'

const PDOL_SIZE_MAX = 252

/** GET PROCESSING OPTIONS: interchange profile and file locator. Source: EMV Book 3, 6.5.8 and 10.1. */
export function* initiateApplication(session: ContactSession): Flow<Result<InitiationOutcome, ContactStop>> {
  const pdol = parseDol(session.application.pdol)
  if (!pdol.ok || dolSize(pdol.value) > PDOL_SIZE_MAX) return badCard('processingOptions')
  session.pdolData = fillDol(pdol.value, (tag) => session.lookup(tag))
  const answer = yield* exchange(processingOptionsCommand(session.pdolData), 'processingOptions')
  if (!answer.ok) return answer
  if (answer.value.status === SW.conditionsNotSatisfied) return ok('refused')
  if (answer.value.status !== SW.ok) return badCard('processingOptions')
  const options = readOptions(answer.value.data)
  if (options === undefined) return badCard('processingOptions')
  for (const [tag, value] of options) session.card.set(tag, Uint8Array.from(value))
  return ok('initiated')
}

/** Tags 82 and 94 of a response in either format. */
function readOptions(data: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const outer = decodeTlvs(data)
  const only = outer.ok && outer.value.length === 1 ? outer.value[0] : undefined
  if (only === undefined) return undefined
  const values =
    only.tag === '80'
      ? new Map([
          ['82', only.value.subarray(0, 2)],
          ['94', only.value.subarray(2)],
        ])
      : only.tag === '77'
        ? objectsOf(only.value)
        : undefined
  const profile = values?.get('82')
  const locator = values?.get('94')
  if (profile?.length !== 2 || locator === undefined || locator.length === 0) return undefined
  return values
}

function objectsOf(template: Uint8Array): Map<string, Uint8Array> | undefined {
  const decoded = decodeTlvs(template)
  return decoded.ok ? new Map(decoded.value.map(({ tag, value }) => [tag, value])) : undefined
}

/** Where one group of records stands. */
export interface FileLocation {
  readonly sfi: number
  readonly first: number
  readonly last: number
  /** How many from the first take part in offline data authentication. */
  readonly authenticated: number
}

/** The entries of an application file locator, or undefined when one breaks the rules. Source: EMV Book 3, 10.2. */
export function parseFileLocator(locator: Uint8Array): readonly FileLocation[] | undefined {
  if (locator.length === 0 || locator.length % 4 !== 0) return undefined
  const locations: FileLocation[] = []
  for (let at = 0; at < locator.length; at += 4) {
    const [file = 0, first = 0, last = 0, authenticated = 0] = locator.subarray(at, at + 4)
    const sfi = file >> 3
    if ((file & 7) !== 0 || sfi < 1 || sfi > 30) return undefined
    if (first < 1 || last < first || authenticated > last - first + 1) return undefined
    locations.push({ sfi, first, last, authenticated })
  }
  return locations
}
