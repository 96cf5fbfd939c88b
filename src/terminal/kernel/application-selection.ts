import { toHex } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { SW, selectCommand } from '../../emv/apdu.ts'
import { decodeTree, type TlvNode } from '../../emv/ber-tlv.ts'
import { ask, type Flow } from '../flows/effect.ts'
import { applicationLabel, buildCandidateList, type Candidate, soleTemplate } from './candidate-list.ts'
import { exchange } from './card-channel.ts'
import type { SelectedApplication } from './contact-session.ts'
import type { ContactStop } from './contact-stop.ts'
import type { KernelConfig } from './kernel-config.ts'

/** Applications that are still to be tried, best first. An application is tried once. */
export interface SelectionState {
  readonly remaining: Candidate[]
  sawBlocked: boolean
}

/** Finds what card and terminal have in common. Source: EMV Book 1, 12.3. */
export function* beginSelection(config: KernelConfig): Flow<Result<SelectionState, ContactStop>> {
  const list = yield* buildCandidateList(config)
  if (!list.ok) return list
  const remaining = [...list.value.candidates].sort((left, right) => left.priority - right.priority)
  return ok({ remaining, sawBlocked: list.value.sawBlocked })
}

/**
 * Selects one of the remaining applications, with the cardholder's choice or consent where it is needed; what
 * fails is taken off the list. Source: EMV Book 1, 12.4.
 */
export function* selectNext(
  config: KernelConfig,
  state: SelectionState,
): Flow<Result<SelectedApplication, ContactStop>> {
  while (state.remaining.length > 0) {
    const choice = yield* chooseCandidate(config, state.remaining)
    if (!choice.ok) return choice
    const candidate = choice.value
    state.remaining.splice(state.remaining.indexOf(candidate), 1)
    const answer = yield* exchange(selectCommand(candidate.name), 'selection')
    if (!answer.ok) return answer
    if (answer.value.status === SW.blocked) state.sawBlocked = true
    if (answer.value.status !== SW.ok) continue
    const application = readControlInformation(config, candidate, answer.value.data)
    if (application !== undefined) return ok(application)
  }
  return err({ kind: state.sawBlocked ? 'applicationBlocked' : 'noCommonApplication' })
}

function* chooseCandidate(
  config: KernelConfig,
  candidates: readonly Candidate[],
): Flow<Result<Candidate, ContactStop>> {
  const [first] = candidates
  if (first === undefined) return err({ kind: 'noCommonApplication' })
  if (candidates.length > 1) return yield* offerMenu(config, candidates)
  if (!first.needsConfirmation) return ok(first)
  const screen = { id: 'chip.confirmApplication', values: { label: first.label } }
  const answer = yield* ask({ kind: 'confirm', screen }, config.askTimeoutMs)
  return answer.kind === 'confirmed' ? ok(first) : err({ kind: 'cancelled' })
}

function* offerMenu(
  config: KernelConfig,
  candidates: readonly Candidate[],
): Flow<Result<Candidate, ContactStop>> {
  const options = candidates.map(({ label }, index) => ({
    id: String(index),
    screen: { id: 'chip.application', values: { label } },
  }))
  const screen = { id: 'chip.chooseApplication' }
  const answer = yield* ask({ kind: 'choose', screen, options }, config.askTimeoutMs)
  if (answer.kind === 'timeout') return err({ kind: 'timeout' })
  const chosen = answer.kind === 'chosen' ? candidates[Number(answer.id)] : undefined
  return chosen === undefined ? err({ kind: 'cancelled' }) : ok(chosen)
}

/** Undefined when the file control information lacks what it must have. Source: EMV Book 1, 11.3.4. */
export function readControlInformation(
  config: KernelConfig,
  candidate: Candidate,
  data: Uint8Array,
): SelectedApplication | undefined {
  const template = soleTemplate(data, '6F')
  const tree = template === undefined ? undefined : decodeTree(template)
  if (tree === undefined || !tree.ok) return undefined
  const name = tree.value.find(({ tag }) => tag === '84')?.value
  if (name === undefined || toHex(name) !== toHex(candidate.name)) return undefined
  if (!tree.value.some(({ tag }) => tag === 'A5')) return undefined
  const objects = new Map<string, Uint8Array>()
  collectPrimitives(tree.value, objects)
  return {
    name: candidate.name,
    parameters: candidate.parameters,
    label: applicationLabel(config, name, (tag) => objects.get(tag)),
    pdol: objects.get('9F38') ?? new Uint8Array(0),
    objects,
  }
}

/** The first of each tag wins. Values are copied: the reader's buffer may be used again. */
function collectPrimitives(nodes: readonly TlvNode[], objects: Map<string, Uint8Array>): void {
  for (const { tag, value, children } of nodes) {
    if (children.length > 0) collectPrimitives(children, objects)
    else if (!objects.has(tag)) objects.set(tag, Uint8Array.from(value))
  }
}
