import { type Board, type BoardDevice, BoardRefusal, openBoard } from '../../hardware/emulator/board.ts'
import { type ChipCard, createChipCard } from '../../hardware/emulator/chip-card/chip-card.ts'
import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import type { PadKey, PadScreen } from '../../hardware/emulator/pin-pad-device.ts'
import type { ByteStream } from '../../src/base/ports.ts'
import { nodeRandom } from '../../src/crypto/node-random.ts'
import type { Fault, SimDevice } from '../plan/fault-kinds.ts'
import type { BoardHands } from '../world/customer.ts'
import type { SeededRandom } from '../world/seeded-random.ts'
import { SerialCable } from '../world/serial-cable.ts'
import { counting } from '../world/sim-board.ts'
import type { SimCard } from '../world/sim-estate.ts'
import type { StepFaults } from '../world/step-faults.ts'
import type { RealTiming } from './real-timing.ts'

export interface RealBoardOptions {
  readonly directory: string
  readonly clock: RealTiming
  readonly random: SeededRandom
  readonly faults: StepFaults
  readonly sharedLine: boolean
  readonly isContactless: boolean
  readonly lamp: (state: 'off' | 'cardWanted' | 'takeCard') => void
  readonly padScreen: (screen: PadScreen) => void
  readonly printed: (piece: PaperPiece) => void
  readonly tell: (text: string) => void
  /** A card gets power (undefined) or a command. */
  readonly cardCommand: (apdu: Uint8Array | undefined) => void
}

const DEVICES: Readonly<Record<SimDevice, BoardDevice>> = {
  reader: 'reader',
  pinPad: 'pinpad',
  printer: 'printer',
}

/** The emulated board on pseudo-terminals, with what can go wrong on its cables. */
export class RealBoard implements BoardHands {
  readonly reader: BoardHands['reader']
  readonly #options: RealBoardOptions
  readonly #board: Board
  readonly #cards = new Map<string, ChipCard>()
  readonly #out = new Set<BoardDevice>()
  #isClosed = false

  private constructor(options: RealBoardOptions, board: Board) {
    this.#options = options
    this.#board = board
    this.reader = {
      get hasCard() {
        return board.hasCard
      },
      remove: () => {
        if (board.hasCard) board.remove()
      },
      swipe: (stripe) => this.#tried(() => board.swipeStripe(stripe)),
      get isFieldOn() {
        return board.isFieldOn
      },
    }
    board.onEvent((event) => {
      if (event.kind === 'lamp') options.lamp(event.lamp)
      else if (event.kind === 'padScreen') options.padScreen(event.screen)
      else if (event.kind === 'printed') options.printed(event.piece)
    })
  }

  static async open(options: RealBoardOptions): Promise<RealBoard> {
    const { directory, clock, sharedLine } = options
    const made: { board?: RealBoard } = {}
    const board = await openBoard({
      directory,
      clock,
      random: nodeRandom,
      baudRate: undefined,
      sharedLine,
      contactless: options.isContactless,
      cable: (device, stream) => broken(options, device, stream, (fault) => made.board?.boardFault(fault)),
    })
    made.board = new RealBoard(options, board)
    return made.board
  }

  get paths(): Board['paths'] {
    return this.#board.paths
  }

  get padProvisioning(): Board['padProvisioning'] {
    return this.#board.padProvisioning
  }

  get printer(): Board['printer'] {
    return this.#board.printer
  }

  insert(card: SimCard, isDirty: boolean): boolean {
    return this.#tried(() => this.#board.insertChip(this.#chipOf(card), isDirty))
  }

  tap(
    card: SimCard,
    { goneAfter, twice }: { readonly goneAfter?: number; readonly twice?: boolean },
  ): boolean {
    const tapped = { card: this.#chipOf(card), ...(goneAfter === undefined ? {} : { goneAfter }) }
    return this.#tried(() => this.#board.tapCards(twice === true ? [tapped, tapped] : [tapped]))
  }

  #chipOf(card: SimCard): ChipCard {
    let chip = this.#cards.get(card.pan)
    if (chip === undefined) {
      chip = createChipCard(card.image, {
        random: nodeRandom,
        ...(card.changed === undefined ? {} : { changed: card.changed }),
      })
      this.#cards.set(card.pan, chip)
    }
    return counting(chip, (apdu) => {
      this.#options.cardCommand(apdu)
      if (apdu === undefined) return
      for (const _ of this.#options.faults.at('apdu')) if (!this.#board.takeAway()) this.reader.remove()
    })
  }

  press(keys: readonly PadKey[]): void {
    this.#tried(() => this.#board.press(keys))
  }

  /** Those that get their power from the terminal. */
  restartDevices(): void {
    this.#board.restart('reader')
    this.#board.restart('pinpad')
  }

  boardFault(fault: Fault): void {
    const device = DEVICES[fault.device ?? 'printer']
    if (fault.kind === 'unplug') this.#unplug(device, fault.ms)
    else if (device !== 'printer') this.#board.restart(device)
  }

  /** Everything is as it should be again. */
  heal(): void {
    for (const device of [...this.#out]) this.#plugIn(device)
    this.printer.setCover('closed')
    this.printer.setPaper('ok')
  }

  close(): void {
    this.#isClosed = true
    this.#board.close()
  }

  #unplug(device: BoardDevice, forMs: number): void {
    const { clock, sharedLine, tell } = this.#options
    const plug = sharedLine && device === 'pinpad' ? 'reader' : device
    if (this.#isClosed || this.#out.has(plug)) return
    tell(`${plug} unplugged`)
    this.#out.add(plug)
    this.#board.unplug(plug)
    clock.after(forMs, () => this.#plugIn(plug))
  }

  #plugIn(device: BoardDevice): void {
    if (this.#out.delete(device) && !this.#isClosed) void this.#board.plug(device)
  }

  /** Hands that come too early or too late do nothing. */
  #tried(work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      if (error instanceof BoardRefusal) return false
      throw error
    }
  }
}

/** A cable that faults strike, between a device and its pseudo-terminal. */
function broken(
  { clock, random, faults, sharedLine }: RealBoardOptions,
  device: BoardDevice,
  line: ByteStream,
  boardFault: (fault: Fault) => void,
): ByteStream {
  const one: SimDevice = device === 'pinpad' ? 'pinPad' : device
  const cable = new SerialCable({
    clock,
    random,
    faults,
    devices: sharedLine && one !== 'printer' ? ['reader', 'pinPad'] : [one],
    groupSize: 1,
    // What comes over a real line are chunks, not frames: nobody can say which answers which.
    damageBelieved: () => {},
    boardFault,
  })
  cable.terminal.listen({ received: (bytes) => line.write(bytes), ended: () => line.close() })
  line.listen({
    received: (bytes) => cable.terminal.write(new Uint8Array(bytes)),
    ended: () => cable.cut(),
  })
  return cable.device
}
