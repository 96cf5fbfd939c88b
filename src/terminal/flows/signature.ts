import { fromHex, toHex } from '../../base/bytes.ts'
import {
  formatSignature,
  isSignatureImage,
  SIGNATURE_HEIGHT_MAX,
  SIGNATURE_WIDTH_MAX,
} from '../../iso8583/subfields/signature-image.ts'
import { append, ask, type Flow } from './effect.ts'
import { exchange, noteProcessing, type SealedRequest, sealRequest } from './exchange.ts'
import { textField } from './host-reply.ts'
import { concludePadTrouble, unprotectIfPossible } from './pad-services.ts'
import { SIGN_IN_CODES } from './response-codes.ts'
import { amountText, showMessage } from './show.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import type { PendingSignature } from './terminal-model.ts'
import { signatureMessage } from './transaction-message.ts'

/** So many signatures wait for the host at most; then customers sign on paper again. */
const WAITING_MAX = 20
/** 94: the host has it already. Source: docs of the UnionPay dialect, 4 (e-signature upload). */
const ACCEPTED: readonly (string | undefined)[] = ['00', '94']

/**
 * Asks the customer of the approved transaction `stan` to sign on the screen. Whoever does not signs on the slip: the
 * outcome is durable already, and nothing here changes it.
 */
export function* takeSignature(context: TerminalContext, stan: string): Flow<void> {
  const profile = activeProfile(context)
  const transaction = context.state.transactions.findLast(({ request }) => request.stan === stan)
  if (!profile.signaturePad || transaction?.status !== 'approved') return
  const { request, amountMinor } = transaction
  const wanted = request.verification === 'signature' || request.verification === 'pinAndSignature'
  if (!wanted || amountMinor < profile.signaturePadFromMinor) return
  if ((context.state.signatures ?? []).length >= WAITING_MAX) {
    yield* showMessage('signaturesWaiting')
    return
  }
  const amount = amountText(amountMinor, request.currency)
  const answer = yield* ask(
    {
      kind: 'sign',
      screen: { id: 'signHere', values: { amount } },
      widthMax: SIGNATURE_WIDTH_MAX,
      heightMax: SIGNATURE_HEIGHT_MAX,
    },
    profile.operatorTimeoutMs,
  )
  // An empty pad is no signature.
  const isSigned =
    answer.kind === 'signed' && isSignatureImage(answer.image) && answer.image.bits.some((byte) => byte !== 0)
  if (!isSigned) {
    yield* showMessage('signOnPaper')
    return
  }
  const body = toHex(formatSignature(answer.image))
  yield* append({ kind: 'signatureTaken', batch: request.batch, stan, body })
}

/** Sends each signature that the host has not accepted yet, the oldest first; what it does not accept stays. */
export function* deliverSignatures(context: TerminalContext): Flow<void> {
  for (const signature of context.state.signatures ?? []) {
    if (!context.state.signedIn || !(yield* deliver(context, signature))) return
  }
}

/** False when the host can't be reached: the others wait too. */
function* deliver(context: TerminalContext, signature: PendingSignature): Flow<boolean> {
  const { stan, batch } = signature.request
  yield* showMessage('sendingSignature', { stan })
  const sealed = yield* sealUpload(context, signature)
  if (sealed === undefined) return false
  const result = yield* exchange(context, sealed, 'financial')
  if (result.kind === 'macWrong') yield* append({ kind: 'signInRequired', code: 'A0' })
  if (result.kind !== 'reply') return false
  const code = textField(result.message, 39)
  if (code !== undefined && SIGN_IN_CODES.includes(code)) {
    yield* append({ kind: 'signInRequired', code })
    return false
  }
  if (ACCEPTED.includes(code)) yield* append({ kind: 'signatureDelivered', batch, stan })
  else yield* showMessage('signatureRefused', { stan, code: code ?? '' })
  yield* noteProcessing(result)
  return true
}

function* sealUpload(context: TerminalContext, signature: PendingSignature): Flow<SealedRequest | undefined> {
  const { request, body } = signature
  let pan = ''
  if (request.panSent) {
    const card = yield* unprotectIfPossible(request)
    if (!card.ok) {
      yield* concludePadTrouble(card.answer)
      return undefined
    }
    pan = card.value.pan
  }
  const message = signatureMessage(activeProfile(context), signature, fromHex(body), pan)
  const sealed = yield* sealRequest(context, message)
  if (sealed.kind === 'sealed') return sealed.request
  yield* concludePadTrouble(sealed)
  return undefined
}
