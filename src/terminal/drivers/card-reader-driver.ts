import { decodeDeviceStatus, READER_FLAG } from '../../../hardware/protocol/device-payloads.ts'
import { ADDRESS, COMMAND, EVENT, STATUS, statusText } from '../../../hardware/protocol/link-codes.ts'
import { decodeCardEvent, encodeArm } from '../../../hardware/protocol/reader-payloads.ts'
import { invariant } from '../../base/invariant.ts'
import type { CancelTimer, Clock } from '../../base/ports.ts'
import type {
  AwaitCard,
  AwaitCardAnswer,
  CardRemovalAnswer,
  DeviceCondition,
  DeviceFault,
  DeviceMissing,
  DeviceTrouble,
  TransmitAnswer,
} from '../flows/peripheral-effect.ts'
import { LinkDevice } from './link-device.ts'
import type { LinkLine } from './link-line.ts'

const MISSING: DeviceMissing = { kind: 'missing', device: 'cardReader' }
const EMPTY = new Uint8Array(0)
/** The reader waits a little longer than the terminal, which disarms it in time. */
const ARM_MARGIN_MS = 5000

type Waiting =
  | { readonly kind: 'card'; readonly answer: (answer: AwaitCardAnswer) => void }
  | { readonly kind: 'removal'; readonly answer: (answer: CardRemovalAnswer) => void }

/** The terminal's side of the card reader: the peripheral link's commands 20 to 23 and its card events. */
export class CardReaderDriver {
  readonly #device: LinkDevice
  readonly #clock: Clock
  #waiting: Waiting | undefined
  #stopTimer: CancelTimer | undefined

  constructor(options: { readonly line: LinkLine; readonly clock: Clock; readonly changed: () => void }) {
    this.#clock = options.clock
    this.#device = new LinkDevice({
      device: 'cardReader',
      address: ADDRESS.cardReader,
      line: options.line,
      clock: options.clock,
      event: (code, payload) => this.#event(code, payload),
      changed: (isLost) => {
        // A reader that began anew has forgotten that it was armed, and the card in it has no power.
        if (isLost) this.#finish(MISSING)
        options.changed()
      },
    })
  }

  get condition(): DeviceCondition {
    return this.#device.condition
  }

  awaitCard({ accept, timeoutMs }: AwaitCard, done: (answer: AwaitCardAnswer) => void): void {
    const payload = encodeArm({ ...accept, timeoutMs: timeoutMs + ARM_MARGIN_MS })
    this.#wait({ kind: 'card', answer: done }, timeoutMs)
    this.#device.send(COMMAND.arm, payload, (result) => {
      if (result.kind === 'missing') this.#finish(MISSING)
      else if (result.status !== STATUS.ok) this.#finish(fault(result.status))
    })
  }

  transmit(apdu: Uint8Array, done: (answer: TransmitAnswer) => void): void {
    this.#device.send(COMMAND.transmit, apdu, (result) => {
      if (result.kind === 'missing') done(MISSING)
      else if (result.status === STATUS.noCard) done({ kind: 'cardRemoved' })
      else if (result.status !== STATUS.ok || result.body.length < 2) done(fault(result.status))
      else done({ kind: 'response', bytes: result.body })
    })
  }

  releaseCard(done: (answer: { readonly kind: 'done' } | DeviceTrouble) => void): void {
    this.#device.send(COMMAND.powerOff, EMPTY, (result) => {
      if (result.kind === 'missing') done(MISSING)
      else done(result.status === STATUS.ok ? { kind: 'done' } : fault(result.status))
    })
  }

  awaitCardRemoval(timeoutMs: number, done: (answer: CardRemovalAnswer) => void): void {
    this.#wait({ kind: 'removal', answer: done }, timeoutMs)
    this.#device.send(COMMAND.status, EMPTY, (result) => {
      if (result.kind === 'missing') this.#finish(MISSING)
      else if (result.status !== STATUS.ok) this.#finish(fault(result.status))
      else {
        const flags = decodeDeviceStatus(result.body)?.flags ?? 0
        if ((flags & READER_FLAG.cardPresent) === 0 && this.#waiting?.kind === 'removal')
          this.#finish({ kind: 'gone' })
      }
    })
  }

  cancel(): void {
    this.#giveUp('cancelled')
  }

  #wait(waiting: Waiting, timeoutMs: number): void {
    invariant(this.#waiting === undefined, 'the reader waits already')
    this.#waiting = waiting
    this.#stopTimer = this.#clock.schedule(this.#clock.nowMs() + timeoutMs, () => this.#giveUp('timeout'))
  }

  #giveUp(kind: 'timeout' | 'cancelled'): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    // Without an answer to wait for: the reader forgets by itself if this does not reach it.
    if (waiting.kind === 'card') this.#device.send(COMMAND.disarm, EMPTY, () => {})
    this.#finish({ kind })
  }

  #event(code: number, payload: Uint8Array): void {
    const waiting = this.#waiting
    if (code === EVENT.cardRemoved && waiting?.kind === 'removal') this.#finish({ kind: 'gone' })
    if (code !== EVENT.card || waiting?.kind !== 'card') return
    const event = decodeCardEvent(payload)
    this.#finish(event ?? { kind: 'fault', device: 'cardReader', reason: 'the card event can not be read' })
  }

  #finish(answer: CardRemovalAnswer | AwaitCardAnswer): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    this.#waiting = undefined
    this.#stopTimer?.()
    this.#stopTimer = undefined
    // What ends a wait belongs to it: card answers come only while a card is awaited.
    if (waiting.kind === 'card') waiting.answer(answer as AwaitCardAnswer)
    else waiting.answer(answer as CardRemovalAnswer)
  }
}

function fault(status: number): DeviceFault {
  return { kind: 'fault', device: 'cardReader', reason: statusText(status) }
}
