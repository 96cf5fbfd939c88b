import { asciiToBytes } from '../../../base/bytes.ts'
import { ok, type Result } from '../../../base/result.ts'
import { SW, selectCommand } from '../../../emv/apdu.ts'
import { decodeTlvs, findTlv } from '../../../emv/ber-tlv.ts'
import type { Flow } from '../../flows/effect.ts'
import { readControlInformation } from '../application-selection.ts'
import { type Candidate, directoryEntry, soleTemplate } from '../candidate-list.ts'
import { exchange } from '../card-channel.ts'
import type { SelectedApplication } from '../contact-session.ts'
import type { ContactStop } from '../contact-stop.ts'
import type { KernelConfig } from '../kernel-config.ts'
import type { EntryPoint } from './pre-processing.ts'

const PROXIMITY_NAME = asciiToBytes('2PAY.SYS.DDF01')

export interface ContactlessCandidate {
  readonly candidate: Candidate
  readonly point: EntryPoint
}

/**
 * What card and terminal have in common, best first; nobody is asked, since a tap must be quick. Empty when the card has no
 * directory for the field. Source: EMV Contactless Book B, 3.3.2.
 */
export function* listContactless(
  config: KernelConfig,
  points: readonly EntryPoint[],
): Flow<Result<readonly ContactlessCandidate[], ContactStop>> {
  const answer = yield* exchange(selectCommand(PROXIMITY_NAME), 'selection')
  if (!answer.ok) return answer
  if (answer.value.status !== SW.ok) return ok([])
  const allowed = { ...config, applications: points.map(({ parameters }) => parameters) }
  const found: ContactlessCandidate[] = []
  for (const objects of entriesOf(answer.value.data)) {
    const candidate = directoryEntry(allowed, objects)
    const point = points.find(({ parameters }) => parameters === candidate?.parameters)
    if (candidate !== undefined && point !== undefined) found.push({ candidate, point })
  }
  return ok(found.sort((left, right) => left.candidate.priority - right.candidate.priority))
}

/** Contents of the entries (tag 61) of the directory. */
function entriesOf(data: Uint8Array): readonly Uint8Array[] {
  const information = soleTemplate(data, '6F')
  const proprietary = information === undefined ? undefined : findTlv(information, 'A5')
  const discretionary = proprietary === undefined ? undefined : findTlv(proprietary, 'BF0C')
  const entries = discretionary === undefined ? undefined : decodeTlvs(discretionary)
  return entries?.ok === true ? entries.value.filter(({ tag }) => tag === '61').map(({ value }) => value) : []
}

/** Undefined when the card does not have it after all, or has blocked it. */
export function* selectContactless(
  config: KernelConfig,
  { candidate }: ContactlessCandidate,
): Flow<Result<SelectedApplication | undefined, ContactStop>> {
  const answer = yield* exchange(selectCommand(candidate.name), 'selection')
  if (!answer.ok) return answer
  if (answer.value.status !== SW.ok) return ok(undefined)
  return ok(readControlInformation(config, candidate, answer.value.data))
}
