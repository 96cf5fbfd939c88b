import { fromHex, toHex } from '../../base/bytes.ts'
import { append, derivePassword, type Flow, now, random } from './effect.ts'
import { secondsBetween } from './local-time.ts'
import { askText, choose, confirm, showMessage } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { Operator, OperatorRole } from './terminal-model.ts'

/** The supervisor who is there from the commissioning on. */
export const FIRST_SUPERVISOR = '00'

export const PASSWORD_SIZE: readonly [lengthMin: number, lengthMax: number] = [4, 12]
const SALT_SIZE = 16

/** An operator with a freshly salted hash of `password`. */
export function* makeOperator(
  number: string,
  role: OperatorRole,
  password: string,
  mustChange: boolean,
): Flow<Operator> {
  const salt = yield* random(SALT_SIZE)
  const hash = yield* derivePassword(password, salt)
  return { number, role, salt: toHex(salt), hash: toHex(hash), mustChange }
}

/** Cashier or supervisor logs on with number and password. */
export function* logOn(context: TerminalContext, given: string | undefined): Flow<CommandOutcome> {
  const number = given ?? (yield* askText(context, 'enterOperator', 'digits', [2, 2]))
  if (number === undefined) return { kind: 'cancelled' }
  const checked = yield* checkPassword(context, number)
  if (!checked.ok) return checked.outcome
  if (checked.value.mustChange) {
    const changed = yield* chooseNewPassword(context, checked.value)
    if (changed.kind !== 'done') return changed
  }
  yield* append({ kind: 'loggedOn', number })
  yield* showMessage('loggedOn', { operator: number })
  return { kind: 'done' }
}

export function* logOff(context: TerminalContext): Flow<CommandOutcome> {
  if (context.state.loggedOn !== undefined) yield* append({ kind: 'loggedOff' })
  yield* showMessage('loggedOff')
  return { kind: 'done' }
}

/** A supervisor's password, whoever is logged on; undefined when it was right. */
export function* requireSupervisor(context: TerminalContext): Flow<CommandOutcome | undefined> {
  const supervisors = context.state.operators.filter((each) => each.role === 'supervisor')
  const only = supervisors.length === 1 ? supervisors[0]?.number : undefined
  const number = only ?? (yield* askText(context, 'enterSupervisor', 'digits', [2, 2]))
  if (number === undefined) return { kind: 'cancelled' }
  if (!supervisors.some((each) => each.number === number)) return yield* refuse('notAllowed')
  const checked = yield* checkPassword(context, number)
  return checked.ok ? undefined : checked.outcome
}

/** Asks for the password of `number`; wrong tries are counted in the journal and lock it for a while. */
export function* checkPassword(context: TerminalContext, number: string): Flow<Step<Operator>> {
  const { passwordTriesMax, passwordLockSeconds } = activeProfile(context)
  const failed = context.state.failedLogOns[number]
  if (failed !== undefined && failed.tries >= passwordTriesMax) {
    const { localTime } = yield* now()
    // The host may have set the clock back: only the distance counts.
    const elapsed = Math.abs(secondsBetween(failed.lastAt, localTime))
    if (elapsed < passwordLockSeconds) {
      return ended(yield* refuse('passwordLocked', `${passwordLockSeconds - elapsed} s`))
    }
  }
  const password = yield* askText(context, 'enterPassword', 'secret', PASSWORD_SIZE, { operator: number })
  if (password === undefined) return ended({ kind: 'cancelled' })
  const operator = context.state.operators.find((each) => each.number === number)
  if (operator !== undefined && (yield* isRight(operator, password))) {
    if (failed !== undefined) yield* append({ kind: 'passwordRight', number })
    return { ok: true, value: operator }
  }
  const { localTime } = yield* now()
  // Only operators that exist are counted, or typing numbers would fill the journal.
  if (operator !== undefined) yield* append({ kind: 'passwordWrong', number, localTime })
  return ended(yield* refuse('wrongPassword'))
}

function* isRight(operator: Operator, password: string): Flow<boolean> {
  const derived = toHex(yield* derivePassword(password, fromHex(operator.salt)))
  let difference = derived.length ^ operator.hash.length
  for (let index = 0; index < derived.length; index++) {
    difference |= derived.charCodeAt(index) ^ operator.hash.charCodeAt(index)
  }
  return difference === 0
}

/** The operator who is logged on chooses a new password. */
export function* changePassword(context: TerminalContext): Flow<CommandOutcome> {
  const { loggedOn } = context.state
  if (loggedOn === undefined) return yield* refuse('notLoggedOn')
  const checked = yield* checkPassword(context, loggedOn)
  return checked.ok ? yield* chooseNewPassword(context, checked.value) : checked.outcome
}

function* chooseNewPassword(context: TerminalContext, operator: Operator): Flow<CommandOutcome> {
  const { number, role } = operator
  const password = yield* askNewPassword(context, number)
  if (!password.ok) return password.outcome
  if (yield* isRight(operator, password.value)) return yield* refuse('badValue', 'same password')
  const changed = yield* makeOperator(number, role, password.value, false)
  yield* append({ kind: 'operatorStored', operator: changed })
  yield* showMessage('passwordChanged', { operator: number })
  return { kind: 'done' }
}

/** The same new password, typed twice. */
function* askNewPassword(context: TerminalContext, number: string): Flow<Step<string>> {
  const first = yield* askText(context, 'enterNewPassword', 'secret', PASSWORD_SIZE, { operator: number })
  if (first === undefined) return ended({ kind: 'cancelled' })
  const second = yield* askText(context, 'repeatNewPassword', 'secret', PASSWORD_SIZE, { operator: number })
  if (second === undefined) return ended({ kind: 'cancelled' })
  return first === second ? { ok: true, value: first } : ended(yield* refuse('badValue', 'passwords differ'))
}

/** A supervisor adds an operator. */
export function* addOperator(
  context: TerminalContext,
  given: { readonly number?: string; readonly role?: OperatorRole },
): Flow<CommandOutcome> {
  const barred = yield* requireSupervisor(context)
  if (barred !== undefined) return barred
  const number = given.number ?? (yield* askText(context, 'enterNewOperator', 'digits', [2, 2]))
  if (number === undefined) return { kind: 'cancelled' }
  const taken = context.state.operators.some((each) => each.number === number)
  if (!/^\d{2}$/.test(number) || taken) return yield* refuse('badValue', 'operator number')
  const role =
    given.role ??
    (yield* choose(context, 'chooseRole', [
      ['cashier', 'roleCashier'],
      ['supervisor', 'roleSupervisor'],
    ]))
  if (role === undefined) return { kind: 'cancelled' }
  const password = yield* askNewPassword(context, number)
  if (!password.ok) return password.outcome
  const mustChange = activeProfile(context).forcePasswordChange
  yield* append({
    kind: 'operatorStored',
    operator: yield* makeOperator(number, role, password.value, mustChange),
  })
  yield* showMessage('operatorAdded', { operator: number })
  return { kind: 'done' }
}

/** A supervisor removes an operator; the last supervisor stays. */
export function* removeOperator(context: TerminalContext, given: string | undefined): Flow<CommandOutcome> {
  const barred = yield* requireSupervisor(context)
  if (barred !== undefined) return barred
  const number = given ?? (yield* askText(context, 'enterNewOperator', 'digits', [2, 2]))
  if (number === undefined) return { kind: 'cancelled' }
  const operator = context.state.operators.find((each) => each.number === number)
  if (operator === undefined) return yield* refuse('badValue', 'operator number')
  const others = context.state.operators.filter((each) => each.number !== number)
  const supervisorLeft = others.some((each) => each.role === 'supervisor')
  if (!supervisorLeft) return yield* refuse('notAllowed', 'last supervisor')
  if (!(yield* confirm(context, 'confirmRemoveOperator', { operator: number }))) return { kind: 'cancelled' }
  yield* append({ kind: 'operatorRemoved', number })
  yield* showMessage('operatorRemoved', { operator: number })
  return { kind: 'done' }
}
