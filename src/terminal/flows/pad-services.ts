import { asciiToBytes, bytesToAscii, fromHex, toHex } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import { cardPlaintext, parseCardPlaintext } from './card-data.ts'
import { append, type Flow, pinPad } from './effect.ts'
import type { PinPadAnswer } from './peripheral-effect.ts'
import { showMessage } from './show.ts'
import { type CommandOutcome, troubleDetail } from './terminal-command.ts'
import type { TransactionRequest } from './terminal-model.ts'

/** Either what was asked for, or the pad's answer that says why not. */
export type PadResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly answer: PinPadAnswer }

/** Ciphertext for the journal, upper-case hexadecimal. */
export function* protectCard(card: {
  readonly pan: string
  readonly expiry?: string
}): Flow<PadResult<string>> {
  const answer = yield* pinPad({ op: 'protect', data: asciiToBytes(cardPlaintext(card)) })
  return answer.kind === 'data' ? { ok: true, value: toHex(answer.data) } : { ok: false, answer }
}

/** Card number and expiry (YYMM) of an earlier request. */
export function* unprotectCard(
  request: Pick<TransactionRequest, 'panProtected'>,
): Flow<PadResult<{ readonly pan: string; readonly expiry?: string }>> {
  const answer = yield* pinPad({ op: 'unprotect', ciphertext: fromHex(request.panProtected) })
  if (answer.kind !== 'data') return { ok: false, answer }
  const card = parseCardPlaintext(bytesToAscii(answer.data))
  // Another pad holds another key: what comes out is noise.
  if (card === undefined) return { ok: false, answer: { kind: 'keyMissing', slot: 'masterKey' } }
  return { ok: true, value: card }
}

/**
 * The same, but without a number when this pad can't read what another one protected: a reversal or an upload
 * must not wait for ever for a pad that is gone. The host finds the transaction by its trace number.
 */
export function* unprotectIfPossible(
  request: Pick<TransactionRequest, 'panProtected'>,
): Flow<PadResult<{ readonly pan: string; readonly expiry?: string }>> {
  const card = yield* unprotectCard(request)
  if (card.ok || (card.answer.kind !== 'keyMissing' && card.answer.kind !== 'fault')) return card
  yield* showMessage('cardDataLost')
  return { ok: true, value: { pan: '' } }
}

/** A track as the message carries it. */
export function* encryptTrack(digits: string): Flow<PadResult<string>> {
  const answer = yield* pinPad({ op: 'encryptTrack', digits })
  return answer.kind === 'track' ? { ok: true, value: answer.digits } : { ok: false, answer }
}

/** Tells the operator why the pad could not help. Nothing has left and nothing is owed. */
export function* concludePadTrouble(answer: PinPadAnswer): Flow<CommandOutcome> {
  switch (answer.kind) {
    case 'cancelled':
    case 'timeout':
      yield* showMessage('cancelled')
      return { kind: 'cancelled' }
    case 'missing':
    case 'fault':
      yield* showMessage(answer.kind === 'missing' ? 'deviceMissing' : 'deviceFault', {
        device: answer.device,
      })
      return { kind: 'failed', reason: 'device', detail: troubleDetail(answer) }
    case 'keyMissing':
      yield* append({ kind: 'signInRequired', code: 'keyMissing' })
      yield* showMessage('keyMissing')
      return { kind: 'failed', reason: 'keyMissing', detail: answer.slot }
    case 'checkValueWrong':
      yield* showMessage('keyCheckFailed')
      return { kind: 'failed', reason: 'keyCheckFailed', detail: answer.slot }
    case 'untrusted':
      yield* showMessage('keyPackageUntrusted')
      return { kind: 'failed', reason: 'keyCheckFailed', detail: 'untrusted' }
    default:
      invariant(false, `the PIN pad answered ${answer.kind} to another question`)
  }
}
