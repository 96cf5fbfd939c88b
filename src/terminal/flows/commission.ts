import { append, type Flow } from './effect.ts'
import type { JournalRecord } from './journal-record.ts'
import { concludeMasterKey, keyIntoPad, packageIntoPad } from './key-loading.ts'
import { FIRST_SUPERVISOR, makeOperator, PASSWORD_SIZE } from './operators.ts'
import { askText, showMessage } from './show.ts'
import { refuse, type Step } from './step.ts'
import type { CommandOutcome, CommissionCommand } from './terminal-command.ts'
import type { TerminalContext } from './terminal-context.ts'
import { activeProfile } from './terminal-context.ts'
import type { TerminalProfile } from './terminal-profile.ts'

/** First start of a terminal: identity, master key, operators; all of it durable together, or none. */
export function* commission(context: TerminalContext, command: CommissionCommand): Flow<CommandOutcome> {
  if (context.state.commissioned) return yield* refuse('alreadyCommissioned')
  const changes = command.profile ?? {}
  const fault = profileFault({ ...context.profile, ...changes })
  if (fault !== undefined) return yield* refuse('badValue', fault)
  const password =
    command.supervisorPassword ??
    (yield* askText(context, 'enterNewPassword', 'secret', PASSWORD_SIZE, { operator: FIRST_SUPERVISOR }))
  if (password === undefined) return { kind: 'cancelled' }
  const cashiers = command.cashiers ?? []
  const passwords = [password, ...cashiers.map((each) => each.password)]
  if (!passwords.every(isPassword)) return yield* refuse('badValue', 'password: 4 to 12 characters')
  if (!cashiers.every((each) => /^\d{2}$/.test(each.number) && each.number !== FIRST_SUPERVISOR)) {
    return yield* refuse('badValue', 'cashier number: 01 to 99')
  }
  const masterKey = yield* givenKeyIntoPad(command)
  if (!masterKey.ok) return masterKey.outcome
  const checkValue = masterKey.value
  const { forcePasswordChange } = activeProfile(context)
  const supervisor = yield* makeOperator(FIRST_SUPERVISOR, 'supervisor', password, forcePasswordChange)
  const operators: JournalRecord[] = [{ kind: 'operatorStored', operator: supervisor }]
  for (const { number, password: each } of cashiers) {
    const operator = yield* makeOperator(number, 'cashier', each, forcePasswordChange)
    operators.push({ kind: 'operatorStored', operator })
  }
  yield* append(
    { kind: 'commissioned', profileChanges: changes },
    ...(checkValue === undefined ? [] : [{ kind: 'masterKeyLoaded', checkValue } as const]),
    ...operators,
  )
  if (checkValue === undefined) {
    yield* showMessage('commissionedWithoutKey')
    return { kind: 'done' }
  }
  yield* showMessage('commissioned', { checkValue })
  return { kind: 'masterKey', checkValue }
}

/** Check value of the key that the command brings; undefined when it brings none. */
function* givenKeyIntoPad({ keyBlock, keyPackage }: CommissionCommand): Flow<Step<string | undefined>> {
  if (keyPackage !== undefined) return yield* packageIntoPad(keyPackage)
  if (keyBlock === undefined) return { ok: true, value: undefined }
  return yield* keyIntoPad({ op: 'loadMasterKey', keyBlock })
}

function isPassword(text: string): boolean {
  return text.length >= PASSWORD_SIZE[0] && text.length <= PASSWORD_SIZE[1]
}

/** A new terminal master key into the pad; its check value is shown and kept. */
export function* loadMasterKey(context: TerminalContext, keyBlock: string): Flow<CommandOutcome> {
  if (!context.state.commissioned) return yield* refuse('notCommissioned')
  const masterKey = yield* keyIntoPad({ op: 'loadMasterKey', keyBlock })
  return masterKey.ok ? yield* concludeMasterKey(masterKey.value) : masterKey.outcome
}

/** What is wrong with a profile, in words; undefined when a terminal can work with it. */
function profileFault(profile: TerminalProfile): string | undefined {
  const checks: readonly (readonly [boolean, string])[] = [
    [/^[0-9A-Za-z]{8}$/.test(profile.terminalId), 'terminalId: 8 letters or digits'],
    [/^[0-9A-Za-z]{15}$/.test(profile.merchantId), 'merchantId: 15 letters or digits'],
    [/^\d{3}$/.test(profile.currency), 'currency: 3 digits'],
    [/^\d{3}$/.test(profile.country), 'country: 3 digits'],
    [/^[0-9A-Fa-f]{10}$/.test(profile.tpdu), 'tpdu: 10 hexadecimal digits'],
    [/^\d{12}$/.test(profile.header), 'header: 12 digits'],
    [/^\d{12}$/.test(profile.chipHeader), 'chipHeader: 12 digits'],
    [/^[0-9A-Za-z]{4}$/.test(profile.certificateNumber), 'certificateNumber: 4 characters'],
    [/^[0-9A-Za-z]{1,50}$/.test(profile.serialNumber), 'serialNumber: 1 to 50 letters or digits'],
    [profile.replyTimeoutMs >= 1000, 'replyTimeoutMs: 1000 or more'],
    [profile.resendCount >= 1, 'resendCount: 1 or more'],
    [profile.journalLimit >= 1, 'journalLimit: 1 or more'],
    [/^\d$/.test(profile.readingCapabilityHighest), 'readingCapabilityHighest: one digit'],
    [/^\d{2}$/.test(profile.pinCaptureCode), 'pinCaptureCode: two digits'],
  ]
  return checks.find(([right]) => !right)?.[1]
}
