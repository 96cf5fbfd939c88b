import type { Board, BoardEvent } from '../../../hardware/emulator/board.ts'

/** The card that the next customer holds, and what the customer does with it. */
export interface CustomerCard {
  readonly path: string
  readonly how: 'insert' | 'swipe'
  readonly pin: string
}

/**
 * The customers of a scripted day: they present their card when the reader's lamp asks for it, press their PIN when
 * the pad asks for it, and take their card when they may.
 */
export class Hands {
  readonly #board: Board
  readonly #stopListening: () => void
  #card: CustomerCard | undefined

  constructor(board: Board) {
    this.#board = board
    this.#stopListening = board.onEvent((event) => this.#react(event))
  }

  /** Until the next call, this is the customer. */
  hold(card: CustomerCard | undefined): void {
    this.#card = card
  }

  stop(): void {
    this.#stopListening()
  }

  /** A moment later, as people do: never in the middle of what the device is doing. */
  #react(event: BoardEvent): void {
    const card = this.#card
    if (card === undefined) return
    if (event.kind === 'lamp' && event.lamp === 'cardWanted') setImmediate(() => this.#present(card))
    else if (event.kind === 'lamp' && event.lamp === 'takeCard') setImmediate(() => this.#take())
    else if (event.kind === 'padScreen' && event.screen.kind === 'enterPin' && event.screen.digitCount === 0)
      setImmediate(() => this.#pressPin(card))
  }

  #present({ path, how }: CustomerCard): void {
    if (this.#board.lamp !== 'cardWanted') return
    if (how === 'swipe') this.#board.swipe(path)
    else if (!this.#board.hasCard) this.#board.insert(path)
  }

  #take(): void {
    if (this.#board.hasCard) this.#board.remove()
  }

  #pressPin({ pin }: CustomerCard): void {
    if (this.#board.isEnteringPin) this.#board.pressKeys(`${pin}#`)
  }
}
