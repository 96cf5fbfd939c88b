import type { CardImage } from '../../hardware/emulator/chip-card/card-image.ts'
import { type PadKey, type PadScreen, padKeys } from '../../hardware/emulator/pin-pad-device.ts'
import type { Fault, FaultKind } from '../plan/fault-kinds.ts'
import type { SeededRandom } from './seeded-random.ts'
import { SIM_PIN, type SimCard } from './sim-estate.ts'
import type { StepFaults } from './step-faults.ts'
import type { Timing } from './timing.ts'

/** What hands can do at a board, a simulated or an emulated one. */
export interface BoardHands {
  readonly reader: {
    readonly hasCard: boolean
    remove(): unknown
    /** False when the reader does not wait for a stripe. */
    swipe(stripe: NonNullable<CardImage['stripe']>): boolean
    /** Waiting for a card in its field. */
    readonly isFieldOn: boolean
  }
  /** Holds a card at the reader; `goneAfter`: pulled away after so many commands; `twice`: another one with it. */
  tap(card: SimCard, how: { readonly goneAfter?: number; readonly twice?: boolean }): boolean
  insert(card: SimCard, isDirty: boolean): boolean
  press(keys: readonly PadKey[]): void
}

/** Hands that present a card when the lamp asks, press the PIN when the pad asks, and take the card back. */
export class Customer {
  readonly #clock: Timing
  readonly #random: SeededRandom
  readonly #faults: StepFaults
  #card: SimCard | undefined
  /** A chip that could not be read: its holder is told to swipe. */
  #swipes = false
  #presented = 0

  constructor(clock: Timing, random: SeededRandom, faults: StepFaults) {
    this.#clock = clock
    this.#random = random
    this.#faults = faults
  }

  /** The next customer, until another comes. */
  hold(card: SimCard | undefined): void {
    this.#card = card
    this.#swipes = false
    this.#presented = 0
  }

  lamp(board: BoardHands, state: 'off' | 'cardWanted' | 'takeCard'): void {
    if (state === 'cardWanted') this.#soon(() => this.#present(board))
    else if (state === 'takeCard') this.#soon(() => board.reader.remove())
  }

  padScreen(board: BoardHands, screen: PadScreen): void {
    if (screen.kind !== 'enterPin' || screen.digitCount > 0) return
    let keys = `${SIM_PIN}#`
    for (const fault of this.#faults.at('pin')) {
      if (fault.kind === 'pinTimeout') return
      if (fault.kind === 'pinCancelled') keys = fault.part < 500 ? 'x' : '12x'
      else if (fault.kind === 'pinBypassed') keys = '#'
      else keys = '654321#'
    }
    this.#soon(() => board.press(padKeys(keys) ?? []))
  }

  #present(board: BoardHands): void {
    const card = this.#card
    if (card === undefined || this.#presented > 4) return
    this.#presented++
    const kinds = this.#faults.at('card')
    const has = (kind: FaultKind): boolean => kinds.some((fault) => fault.kind === kind)
    if (has('cardAbsent')) return
    const isDirty = has('cardDirty')
    const swipe = !card.hasChip || this.#swipes || has('stripeOfChip')
    if (isDirty) this.#swipes = true
    else if (!swipe && this.#isTapped(board, card, kinds)) return
    if (board.reader.hasCard) board.reader.remove()
    if (!swipe) {
      board.insert(card, isDirty)
      return
    }
    const { stripe } = card.image
    if (stripe !== undefined && !board.reader.swipe(stripe) && card.hasChip) board.insert(card, isDirty)
  }

  /** A card that can be tapped is tapped, where the reader asks for it. */
  #isTapped(board: BoardHands, card: SimCard, faults: readonly Fault[]): boolean {
    if (!board.reader.isFieldOn || card.image.chip?.contactless === undefined) return false
    const torn = faults.find(({ kind }) => kind === 'tapTooShort')
    return board.tap(card, {
      twice: faults.some(({ kind }) => kind === 'twoCards'),
      // Before it is activated, or between any two of its commands.
      ...(torn === undefined ? {} : { goneAfter: torn.part % 8 }),
    })
  }

  /** As people do: not at once. */
  #soon(work: () => void): void {
    this.#clock.after(this.#random.between(20, 300), work)
  }
}
