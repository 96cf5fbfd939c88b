import { unreachable } from '../../../base/invariant.ts'
import type { Effect, Flow, NowAnswer, ReceiveAnswer, SendAnswer } from '../effect.ts'
import type { JournalRecord } from '../journal-record.ts'
import type { PinPadAnswer, PinPadCommand, TransmitAnswer } from '../peripheral-effect.ts'
import type { PrintDocument, PrintLine, PrintOutcome } from '../print-document.ts'
import type { Question, Screen } from '../screen.ts'
import type { MessageCodec } from '../terminal-context.ts'
import { TrainingCard } from './training-card.ts'
import { trainingMac, trainingReply } from './training-host.ts'

/** All that a terminal in training asks of its world: nothing that could reach a host, or move its clock. */
export type TrainingEffect = Exclude<
  Effect,
  { readonly kind: 'send' | 'receive' | 'disconnect' | 'setClock' }
>

/** What really happened, for whoever judges an exercise. */
export type TrainingHappening =
  | { readonly kind: 'record'; readonly record: JournalRecord; readonly atStart: boolean }
  | { readonly kind: 'print'; readonly outcome: PrintOutcome }

export interface TrainingOptions {
  readonly codec: MessageCodec
  /** Whether `flow` is what the terminal does when its power comes. */
  readonly atStart: boolean
  readonly happened: (happening: TrainingHappening) => void
}

/** On top and at the bottom of each slip, so that no part of one can pass for a real one. */
const MARK: PrintLine = { kind: 'text', text: '训练 TRAINING', align: 'centre', bold: true, size: 2 }
const NO_VALUE: PrintLine = {
  kind: 'text',
  text: '无效凭证 NOT A RECEIPT',
  align: 'centre',
}
/** A line that says nothing is waited for no longer than this: people learn, they do not wait. */
const SILENCE_MS_MAX = 3_000

/**
 * The same flow in training: a host inside answers its messages, the pad's keys stay as they are, and screens and slips
 * are marked. That nothing is sent is in its type: the result can't yield such an effect.
 */
export function* trainingFlow<T>(
  flow: Flow<T>,
  options: TrainingOptions,
): Generator<TrainingEffect, T, unknown> {
  const replies: Uint8Array[] = []
  const card = new TrainingCard()
  let step = flow.next()
  while (step.done !== true) {
    const answer = yield* perform(step.value, options, replies, card)
    step = flow.next(answer)
  }
  return step.value
}

function* perform(
  effect: Effect,
  { codec, atStart, happened }: TrainingOptions,
  replies: Uint8Array[],
  card: TrainingCard,
): Generator<TrainingEffect, unknown, unknown> {
  switch (effect.kind) {
    case 'send': {
      const { localTime } = (yield { kind: 'now' }) as NowAnswer
      const reply = trainingReply(codec, effect.frame, localTime)
      if (reply !== undefined) replies.push(reply)
      return { kind: 'sent' } satisfies SendAnswer
    }
    case 'receive':
      return yield* receive(effect.timeoutMs, replies)
    case 'disconnect':
      replies.length = 0
      return undefined
    case 'setClock':
      return undefined
    case 'awaitCard':
      card.begin()
      return yield effect
    case 'transmit':
      return card.answer((yield { kind: 'transmit', apdu: card.command(effect.apdu) }) as TransmitAnswer)
    case 'pinPad':
      return ownAnswer(effect.command) ?? (yield effect)
    case 'append': {
      const answer = yield effect
      for (const record of effect.records) happened({ kind: 'record', record, atStart })
      return answer
    }
    case 'print': {
      const outcome = (yield { kind: 'print', document: marked(effect.document) }) as PrintOutcome
      happened({ kind: 'print', outcome })
      return outcome
    }
    case 'display':
      return yield { kind: 'display', screen: markedScreen(effect.screen) }
    case 'ask':
      return yield { ...effect, question: markedQuestion(effect.question) }
    default:
      return yield effect
  }
}

function* receive(
  timeoutMs: number,
  replies: Uint8Array[],
): Generator<TrainingEffect, ReceiveAnswer, unknown> {
  const frame = replies.shift()
  if (frame !== undefined) return { kind: 'frame', frame }
  yield { kind: 'wait', durationMs: Math.min(timeoutMs, SILENCE_MS_MAX) }
  return { kind: 'timeout' }
}

/** Answers that the pad must not give itself: its keys are those of the live terminal. Undefined: ask the pad. */
function ownAnswer(command: PinPadCommand): PinPadAnswer | undefined {
  switch (command.op) {
    case 'loadWorkingKeys':
    case 'clearWorkingKeys':
      return { kind: 'done' }
    case 'mac':
      return { kind: 'mac', mac: trainingMac(command.data) }
    case 'encryptTrack':
      // As many digits as there were, and none of them: the track goes nowhere.
      return { kind: 'track', digits: '0'.repeat(command.digits.length) }
    case 'loadMasterKey':
    case 'readCertificate':
    case 'requestKey':
    case 'loadKeyPackage':
    case 'enterComponent':
    case 'joinComponents':
      return { kind: 'fault', device: 'pinPad', reason: 'training' }
    case 'enterPin':
    case 'protect':
    case 'unprotect':
    case 'show':
      return undefined
    default:
      return unreachable(command)
  }
}

function marked(document: PrintDocument): PrintDocument {
  const rule: PrintLine = { kind: 'rule' }
  return { ...document, lines: [MARK, NO_VALUE, rule, ...document.lines, rule, MARK, NO_VALUE] }
}

function markedScreen(screen: Screen): Screen {
  return { ...screen, training: true }
}

function markedQuestion(question: Question): Question {
  return { ...question, screen: markedScreen(question.screen) }
}
