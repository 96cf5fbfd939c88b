import { toHex } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { AIP, CVM_RESULT, hasBit, setBit, TSI, TVR } from '../../emv/results.ts'
import { type Flow, pinPad } from '../flows/effect.ts'
import { showMessage } from '../flows/show.ts'
import { badCard } from './card-channel.ts'
import type { ContactSession } from './contact-session.ts'
import type { ContactStop } from './contact-stop.ts'
import {
  CVM,
  type CvmRule,
  type CvmSituation,
  isConditionMet,
  isRecognised,
  isSupported,
  needsPinPad,
  parseCvmList,
} from './cvm-list.ts'

type MethodOutcome = 'successful' | 'unknown' | 'failed'

/** A card that wants no verification keeps these. Source: EMV Book 4, 6.3.4.5. */
const NO_CVM_PERFORMED = [0x3f, 0x00] as const

/** Goes through the card's rules until one succeeds or forbids going on. Source: EMV Book 3, 10.5. */
export function* verifyCardholder(session: ContactSession): Flow<Result<void, ContactStop>> {
  const { card, tvr, tsi } = session
  if (!hasBit(card.get('82') ?? new Uint8Array(2), AIP.cardholderVerification)) return ok(undefined)
  const value = card.get('8E')
  if (value === undefined) {
    setBit(tvr, TVR.iccDataMissing)
    return ok(undefined)
  }
  const list = parseCvmList(value)
  if (list === undefined) return badCard('riskManagement')
  if (list.rules.length === 0) return ok(undefined)
  setBit(tsi, TSI.verificationPerformed)
  const situation = situationOf(session)
  let last: CvmRule | undefined
  for (const rule of list.rules) {
    if (!isConditionMet(rule, list, situation)) continue
    last = rule
    const outcome = yield* performMethod(session, rule)
    if (!outcome.ok) return outcome
    if (outcome.value !== 'failed') {
      note(session, rule.code, rule.condition, CVM_RESULT[outcome.value])
      return ok(undefined)
    }
    if (!rule.continues) break
  }
  setBit(tvr, TVR.verificationFailed)
  const [code, condition] = last === undefined ? NO_CVM_PERFORMED : [last.code, last.condition]
  note(session, code, condition, CVM_RESULT.failed)
  return ok(undefined)
}

function situationOf({ card, config, transaction }: ContactSession): CvmSituation {
  const currency = card.get('9F42')
  return {
    transactionType: transaction.transactionType,
    amountMinor: transaction.amountMinor,
    isApplicationCurrency: currency !== undefined && toHex(currency) === config.currency.padStart(4, '0'),
    terminalType: config.terminalType,
    terminalCapabilities: config.terminalCapabilities,
  }
}

function note(session: ContactSession, code: number, condition: number, result: number): void {
  session.cvmResults.set([code, condition, result])
}

function* performMethod(
  session: ContactSession,
  { method }: CvmRule,
): Flow<Result<MethodOutcome, ContactStop>> {
  const { tvr, config, application } = session
  if (!isRecognised(method)) {
    setBit(tvr, TVR.unrecognisedCvm)
    return ok('failed')
  }
  const supported =
    isSupported(method, config.terminalCapabilities) &&
    (method !== CVM.onlinePin || application.parameters.onlinePin)
  if (!supported) {
    if (needsPinPad(method)) setBit(tvr, TVR.pinPadAbsent)
    return ok('failed')
  }
  switch (method) {
    case CVM.onlinePin:
      return yield* enterOnlinePin(session)
    case CVM.signature:
      session.signature = true
      return ok('unknown')
    case CVM.none:
      return ok('successful')
    case CVM.fail:
      return ok('failed')
    default:
      // Offline PINs pass through the terminal in clear: capabilities that announce them are a configuration bug.
      invariant(false, 'offline PIN is not supported')
  }
}

/** Source: EMV Book 3, 10.5.2. */
function* enterOnlinePin(session: ContactSession): Flow<Result<MethodOutcome, ContactStop>> {
  const { tvr, config, transaction } = session
  if (session.pinBypassed) {
    setBit(tvr, TVR.pinNotEntered)
    return ok('failed')
  }
  yield* showMessage('enterPin')
  const answer = yield* pinPad({
    op: 'enterPin',
    pan: toHex(session.card.get('5A') ?? new Uint8Array(0)).replace(/F+$/, ''),
    amountText: session.amountText,
    lengthMin: config.pinLengthMin,
    lengthMax: config.pinLengthMax,
    timeoutMs: config.pinTimeoutMs,
  })
  switch (answer.kind) {
    case 'pinEntered':
      session.pinBlock = answer.pinBlock
      setBit(tvr, TVR.onlinePinEntered)
      return ok('unknown')
    case 'pinBypassed':
      if (!transaction.pinBypassAllowed) return err({ kind: 'cancelled' })
      session.pinBypassed = true
      setBit(tvr, TVR.pinNotEntered)
      return ok('failed')
    case 'keyMissing':
      return err({ kind: 'keyMissing' })
    case 'cancelled':
    case 'timeout':
      return err({ kind: answer.kind })
    default:
      // Pulled, broken, or not talking sense: as good as absent. The card decides what that means.
      setBit(tvr, TVR.pinPadAbsent)
      return ok('failed')
  }
}
