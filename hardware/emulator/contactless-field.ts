import type { CancelTimer, Clock } from '../../src/base/ports.ts'
import {
  type CardEvent,
  type ReaderSignal,
  TECHNOLOGY,
  type Technology,
} from '../protocol/reader-payloads.ts'
import type { ChipCard } from './chip-card/chip-card.ts'

/** One card held at the reader. */
export interface TappedCard {
  readonly card: ChipCard
  /** Type A where left out. */
  readonly technology?: Technology
  /** The hand pulls it away after this many answered commands; left out: it stays until the field goes off. */
  readonly goneAfter?: number
}

/** What the four lights show and the beeper said last. */
export interface FieldFace {
  /** Bit 0 is the first light from the left. */
  readonly lights: number
  readonly beep: ReaderSignal['beep']
}

const DARK: FieldFace = { lights: 0, beep: 'none' }

/**
 * The contactless side of a card reader: field, lights and beeper. A hand holds its cards there until the field goes off,
 * as people do until the beep.
 */
export class ContactlessField {
  readonly #clock: Clock
  readonly #changed: (face: FieldFace) => void
  #active: { readonly tapped: TappedCard; answeredCount: number } | undefined
  #face = DARK
  #cancelLights: CancelTimer | undefined

  constructor(clock: Clock, changed: (face: FieldFace) => void) {
    this.#clock = clock
    this.#changed = changed
  }

  get hasCard(): boolean {
    return this.#active !== undefined
  }

  get face(): FieldFace {
    return this.#face
  }

  /** Polling, anti-collision and activation of what is held there. `technologies`: bits of `TECHNOLOGY`. */
  present(cards: readonly TappedCard[], technologies: number): CardEvent {
    const seen = cards.filter(({ technology = 'A' }) => (TECHNOLOGY[technology] & technologies) !== 0)
    const [tapped] = seen
    if (seen.length > 1) return { kind: 'contactlessCollision' }
    const answer = tapped === undefined || tapped.goneAfter === 0 ? undefined : tapped.card.enterField()
    if (tapped === undefined || answer === undefined || answer.length === 0) {
      return { kind: 'contactlessUnreadable' }
    }
    this.#active = { tapped, answeredCount: 0 }
    return { kind: 'contactless', technology: tapped.technology ?? 'A', answer }
  }

  /** The answer of the active card; undefined when the hand has pulled it away. */
  transmit(exchange: (card: ChipCard) => Uint8Array): Uint8Array | undefined {
    const active = this.#active
    if (active === undefined) return undefined
    const { card, goneAfter } = active.tapped
    const isGone = goneAfter !== undefined && active.answeredCount >= goneAfter
    active.answeredCount++
    return isGone ? undefined : exchange(card)
  }

  /** Pulls the card away. False when there was none. */
  take(): boolean {
    if (this.#active === undefined) return false
    this.off()
    return true
  }

  /** The field goes off: whatever was in it has no power. */
  off(): void {
    this.#active?.tapped.card.powerOff()
    this.#active = undefined
  }

  signal({ lights, beep, durationMs }: ReaderSignal): void {
    this.#cancelLights?.()
    this.#cancelLights = undefined
    this.#show({ lights, beep })
    if (durationMs === 0) return
    this.#cancelLights = this.#clock.schedule(this.#clock.nowMs() + durationMs, () => this.#show(DARK))
  }

  dark(): void {
    this.#cancelLights?.()
    this.#cancelLights = undefined
    if (this.#face.lights !== 0) this.#show(DARK)
  }

  #show(face: FieldFace): void {
    this.#face = face
    this.#changed(face)
  }
}
