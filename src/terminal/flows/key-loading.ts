import { fromHex, isHex, toHex } from '../../base/bytes.ts'
import { append, type Flow, pinPad } from './effect.ts'
import { checkPassword } from './operators.ts'
import { concludePadTrouble } from './pad-services.ts'
import type { PinPadCommand } from './peripheral-effect.ts'
import { askText, showMessage } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'

const COMPONENT_COUNT = 3
const CHAIN_SIZE_MAX = 4
/** Eight groups of six digits take a person a few minutes. */
const COMPONENT_TIMEOUT_MS = 300_000

/** What the pad shows of itself and asks of the host, so that it gets its master key from afar. */
export function* requestKey(context: string): Flow<CommandOutcome> {
  if (!/^[0-9A-Fa-f]{64}$/.test(context)) return yield* refuse('badValue', 'context: 64 hexadecimal digits')
  yield* showMessage('requestingKey')
  const certificates: string[] = []
  for (let index = 0; index < CHAIN_SIZE_MAX; index++) {
    const answer = yield* pinPad({ op: 'readCertificate', index })
    if (answer.kind !== 'data') return yield* concludePadTrouble(answer)
    if (answer.data.length === 0) break
    certificates.push(toHex(answer.data))
  }
  const answer = yield* pinPad({ op: 'requestKey', context: fromHex(context) })
  if (answer.kind !== 'keyRequest') return yield* concludePadTrouble(answer)
  yield* showMessage('keyRequestReady')
  return {
    kind: 'keyRequest',
    certificates,
    nonce: toHex(answer.nonce),
    signature: toHex(answer.signature),
  }
}

/** The host's answer goes into the pad; its check value is shown and kept. */
export function* loadKeyPackage(context: TerminalContext, keyPackage: string): Flow<CommandOutcome> {
  if (!context.state.commissioned) return yield* refuse('notCommissioned')
  const loaded = yield* packageIntoPad(keyPackage)
  return loaded.ok ? yield* concludeMasterKey(loaded.value) : loaded.outcome
}

/** The check value of the key in `keyPackage` (hexadecimal), once the pad has it. */
export function* packageIntoPad(keyPackage: string): Flow<Step<string>> {
  if (!isHex(keyPackage)) return ended(yield* refuse('badValue', 'key package'))
  return yield* keyIntoPad({ op: 'loadKeyPackage', keyPackage: fromHex(keyPackage) })
}

/** Check value of the master key that `command` brings into the pad. */
export function* keyIntoPad(command: PinPadCommand): Flow<Step<string>> {
  yield* showMessage('loadingMasterKey')
  const answer = yield* pinPad(command)
  if (answer.kind === 'masterKeyLoaded') return { ok: true, value: toHex(answer.checkValue) }
  return ended(yield* concludePadTrouble(answer))
}

export function* concludeMasterKey(checkValue: string): Flow<CommandOutcome> {
  yield* append({ kind: 'masterKeyLoaded', checkValue })
  yield* showMessage('masterKeyLoaded', { checkValue })
  return { kind: 'masterKey', checkValue }
}

/**
 * Three people, each an operator who proves it by a password, type a component each at the pad; the key counts when its
 * check value is the one on the pages. No component comes to the terminal.
 */
export function* loadMasterKeyComponents(
  context: TerminalContext,
  given: string | undefined,
): Flow<CommandOutcome> {
  if (!context.state.commissioned) return yield* refuse('notCommissioned')
  const people = new Set<string>()
  for (let index = 0; index < COMPONENT_COUNT; index++) {
    const person = yield* nextPerson(context, people)
    if (!person.ok) return person.outcome
    const entered = yield* enterComponent(context, index)
    if (entered !== undefined) return entered
    people.add(person.value)
  }
  const checkValue = given ?? (yield* askText(context, 'enterKeyCheckValue', 'text', [6, 8]))
  if (checkValue === undefined) return { kind: 'cancelled' }
  if (!/^([0-9A-Fa-f]{2}){3,4}$/.test(checkValue)) return yield* refuse('badValue', 'check value')
  const algorithm = activeProfile(context).workingKeyAlgorithm
  const answer = yield* pinPad({ op: 'joinComponents', algorithm, checkValue: fromHex(checkValue) })
  if (answer.kind === 'masterKeyLoaded') return yield* concludeMasterKey(toHex(answer.checkValue))
  if (answer.kind !== 'checkValueWrong') return yield* concludePadTrouble(answer)
  yield* showMessage('componentsDiffer')
  return { kind: 'failed', reason: 'keyCheckFailed', detail: 'components' }
}

function* nextPerson(context: TerminalContext, people: ReadonlySet<string>): Flow<Step<string>> {
  const number = yield* askText(context, 'enterOperator', 'digits', [2, 2])
  if (number === undefined) return ended({ kind: 'cancelled' })
  if (people.has(number)) return ended(yield* refuse('samePerson'))
  const checked = yield* checkPassword(context, number)
  return checked.ok ? { ok: true, value: number } : checked
}

/** Undefined once it is entered. */
function* enterComponent(context: TerminalContext, index: number): Flow<CommandOutcome | undefined> {
  yield* showMessage('enterComponent', { index: index + 1 })
  const algorithm = activeProfile(context).workingKeyAlgorithm
  const answer = yield* pinPad({ op: 'enterComponent', index, algorithm, timeoutMs: COMPONENT_TIMEOUT_MS })
  if (answer.kind !== 'componentEntered') return yield* concludePadTrouble(answer)
  yield* showMessage('componentEntered', { index: index + 1, checkValue: toHex(answer.checkValue) })
  return undefined
}
