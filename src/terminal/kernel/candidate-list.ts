import { asciiToBytes, bytesToAscii, equalBytes, toHex } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type ResponseApdu, readRecordCommand, SW, selectCommand } from '../../emv/apdu.ts'
import { decodeTlvs, findTlv } from '../../emv/ber-tlv.ts'
import type { Flow } from '../flows/effect.ts'
import { exchange } from './card-channel.ts'
import type { ContactStop } from './contact-stop.ts'
import type { ApplicationParameters, KernelConfig } from './kernel-config.ts'

/** A card application that the terminal accepts too. */
export interface Candidate {
  /** DF name on the card. */
  readonly name: Uint8Array
  readonly parameters: ApplicationParameters
  readonly label: string
  /** 1 is the highest, 15 the lowest; 16 when the card gave none. */
  readonly priority: number
  readonly needsConfirmation: boolean
}

export interface CandidateList {
  readonly candidates: readonly Candidate[]
  /** An application would have matched, but its issuer has blocked it. */
  readonly sawBlocked: boolean
}

const DIRECTORY_NAME = asciiToBytes('1PAY.SYS.DDF01')
/** A card that never says "no more" must not hold the terminal. */
const OCCURRENCES_MAX = 32
const RECORDS_MAX = 255
const DIRECTORY_SFI_MAX = 10
const NO_PRIORITY = 16

/** Candidates from the card's directory, or else by trying each AID. Source: EMV Book 1, 12.3. */
export function* buildCandidateList(config: KernelConfig): Flow<Result<CandidateList, ContactStop>> {
  const listed = yield* readDirectory(config)
  if (!listed.ok) return listed
  if (listed.value.length > 0) return ok({ candidates: listed.value, sawBlocked: false })
  return yield* tryEachApplication(config)
}

/** Empty when there is no directory, it breaks the standard, or nothing in it matches. */
function* readDirectory(config: KernelConfig): Flow<Result<readonly Candidate[], ContactStop>> {
  const selected = yield* exchange(selectCommand(DIRECTORY_NAME), 'selection')
  if (!selected.ok) return selected
  if (selected.value.status === SW.notSupported) return err({ kind: 'cardBlocked' })
  const sfi = directorySfi(selected.value)
  if (sfi === undefined) return ok([])
  const candidates: Candidate[] = []
  for (let record = 1; record <= RECORDS_MAX; record++) {
    const answer = yield* exchange(readRecordCommand(sfi, record), 'selection')
    if (!answer.ok) return answer
    if (answer.value.status === SW.recordNotFound) return ok(candidates)
    const found = answer.value.status === SW.ok ? directoryEntries(config, answer.value.data) : undefined
    if (found === undefined) return ok([])
    candidates.push(...found)
  }
  return ok(candidates)
}

function directorySfi({ status, data }: ResponseApdu): number | undefined {
  if (status !== SW.ok) return undefined
  const template = soleTemplate(data, '6F')
  const proprietary = template === undefined ? undefined : findTlv(template, 'A5')
  const sfi = proprietary === undefined ? undefined : findTlv(proprietary, '88')
  const value = sfi?.length === 1 ? sfi[0] : undefined
  return value !== undefined && value >= 1 && value <= DIRECTORY_SFI_MAX ? value : undefined
}

/** Value of the one object that `data` must be. */
export function soleTemplate(data: Uint8Array, tag: string): Uint8Array | undefined {
  const decoded = decodeTlvs(data)
  if (!decoded.ok || decoded.value.length !== 1) return undefined
  const only = decoded.value[0]
  return only?.tag === tag ? only.value : undefined
}

/** Undefined when the record breaks the standard; entries that match nothing are left out. */
function directoryEntries(config: KernelConfig, data: Uint8Array): readonly Candidate[] | undefined {
  const template = soleTemplate(data, '70')
  const entries = template === undefined ? undefined : decodeTlvs(template)
  if (entries === undefined || !entries.ok) return undefined
  const found: Candidate[] = []
  for (const { tag, value } of entries.value) {
    const candidate = tag === '61' ? directoryEntry(config, value) : undefined
    if (candidate !== undefined) found.push(candidate)
  }
  return found
}

/** The candidate of one entry (content of tag 61) of a directory; undefined when it matches nothing. */
export function directoryEntry(config: KernelConfig, objects: Uint8Array): Candidate | undefined {
  const name = findTlv(objects, '4F')
  if (name === undefined || !isNameSize(name)) return undefined
  const parameters = matchingParameters(config, name)
  return parameters === undefined ? undefined : describeCandidate(config, parameters, name, objects)
}

function isNameSize(name: Uint8Array): boolean {
  return name.length >= 5 && name.length <= 16
}

/** The terminal application for a card application: the same name, else the longest beginning that is allowed. */
function matchingParameters(config: KernelConfig, name: Uint8Array): ApplicationParameters | undefined {
  let best: ApplicationParameters | undefined
  for (const parameters of config.applications) {
    if (!isMatch(parameters, name)) continue
    if (best === undefined || parameters.aid.length > best.aid.length) best = parameters
  }
  return best
}

function isMatch({ aid, partialMatch }: ApplicationParameters, name: Uint8Array): boolean {
  return beginsWith(name, aid) && (partialMatch || name.length === aid.length)
}

function beginsWith(name: Uint8Array, aid: Uint8Array): boolean {
  return equalBytes(name.subarray(0, aid.length), aid)
}

function describeCandidate(
  config: KernelConfig,
  parameters: ApplicationParameters,
  name: Uint8Array,
  objects: Uint8Array,
): Candidate {
  const indicator = findTlv(objects, '87')?.[0] ?? 0
  const priority = indicator & 0x0f
  return {
    name: Uint8Array.from(name),
    parameters,
    label: applicationLabel(config, name, (tag) => findTlv(objects, tag)),
    priority: priority === 0 ? NO_PRIORITY : priority,
    needsConfirmation: (indicator & 0x80) !== 0,
  }
}

/** Preferred name when its alphabet can be shown, else label, else AID. Source: EMV Book 4, 11.3. */
export function applicationLabel(
  config: KernelConfig,
  name: Uint8Array,
  lookup: (tag: string) => Uint8Array | undefined,
): string {
  const table = lookup('9F11')?.[0]
  const preferred = table !== undefined && config.codeTables.includes(table) ? lookup('9F12') : undefined
  const text = printable(preferred) || printable(lookup('50'))
  return text || toHex(name)
}

/** Printable characters of a name; control characters of a card never reach a display or a printer. */
function printable(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return ''
  return bytesToAscii(bytes.filter((byte) => (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0)).trim()
}

interface TrialState {
  readonly candidates: Candidate[]
  sawBlocked: boolean
}

/** Source: EMV Book 1, 12.3.3. */
function* tryEachApplication(config: KernelConfig): Flow<Result<CandidateList, ContactStop>> {
  const state: TrialState = { candidates: [], sawBlocked: false }
  for (const parameters of config.applications) {
    const stop = yield* tryApplication(config, parameters, state)
    if (stop !== undefined) return err(stop)
  }
  return ok(state)
}

function* tryApplication(
  config: KernelConfig,
  parameters: ApplicationParameters,
  state: TrialState,
): Flow<ContactStop | undefined> {
  for (let occurrence = 0; occurrence < OCCURRENCES_MAX; occurrence++) {
    const command = selectCommand(parameters.aid, occurrence === 0 ? 'first' : 'next')
    const answer = yield* exchange(command, 'selection')
    if (!answer.ok) return answer.error
    const { status } = answer.value
    if (status === SW.notSupported && state.candidates.length === 0 && occurrence === 0) {
      return { kind: 'cardBlocked' }
    }
    if (status !== SW.ok && status !== SW.blocked) return undefined
    const isExact = noteOccurrence(config, parameters, answer.value, state)
    if (isExact) return undefined
  }
  return undefined
}

/** Adds what was selected when it matches; true when its name is the AID itself and no other can follow. */
function noteOccurrence(
  config: KernelConfig,
  parameters: ApplicationParameters,
  { status, data }: ResponseApdu,
  state: TrialState,
): boolean {
  const template = soleTemplate(data, '6F')
  const name = template === undefined ? undefined : findTlv(template, '84')
  if (template === undefined || name === undefined || !isMatch(parameters, name)) {
    // A blocked application may answer without its name: it was asked for by name.
    if (status === SW.blocked) state.sawBlocked = true
    return name === undefined
  }
  if (status === SW.blocked) state.sawBlocked = true
  else if (!state.candidates.some((known) => equalBytes(known.name, name))) {
    state.candidates.push(describeCandidate(config, parameters, name, template))
  }
  return name.length === parameters.aid.length
}
