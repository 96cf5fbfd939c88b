import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { LineTap } from '../../src/base/line-tap.ts'
import type { ByteStream, Clock, Random } from '../../src/base/ports.ts'
import { ADDRESS } from '../protocol/link-codes.ts'
import { Battery } from './battery.ts'
import { CardReaderDevice } from './card-reader-device.ts'
import type { CardImage } from './chip-card/card-image.ts'
import { loadCardImage, saveCardImage } from './chip-card/card-image-file.ts'
import { type ChipCard, createChipCard } from './chip-card/chip-card.ts'
import type { FieldFace, TappedCard } from './contactless-field.ts'
import { DeviceLine } from './device-line.ts'
import { DevicePort, removeLink } from './device-port.ts'
import type { Factory } from './factory.ts'
import { certifyPad } from './pad-certificate.ts'
import { PadMemory } from './pad-memory.ts'
import type { PaperPiece } from './paper.ts'
import { type PadKey, type PadScreen, PinPadDevice, padKeys } from './pin-pad-device.ts'
import { PrinterDevice } from './printer-device.ts'

export type BoardDevice = 'reader' | 'pinpad' | 'printer'

export interface BoardOptions {
  /** Holds the links to the devices and the pad's memory; made when it is not there. One board a folder. */
  readonly directory: string
  readonly clock: Clock
  readonly random: Random
  /** Speed of the emulated lines; undefined: as fast as it goes. */
  readonly baudRate: number | undefined
  /** Card reader and PIN pad share one cable, told apart by their addresses. */
  readonly sharedLine: boolean
  /** Whether the card reader has a contactless side; it has when left out. */
  readonly contactless?: boolean
  /** Certifies the pad at its first start, so that it can get its keys from afar. */
  readonly factory?: Factory
  /** Hears each line from when it is plugged in. */
  readonly tap?: (line: BoardDevice | 'reader+pinpad') => LineTap
  /** What stands between a device and its pseudo-terminal: for whoever breaks lines on purpose. */
  readonly cable?: (device: BoardDevice, stream: ByteStream) => ByteStream
}

export type BoardEvent =
  | { readonly kind: 'lamp'; readonly lamp: 'off' | 'cardWanted' | 'takeCard' }
  /** Four lights and the beeper of the contactless reader. */
  | { readonly kind: 'field'; readonly face: FieldFace }
  | { readonly kind: 'padScreen'; readonly screen: PadScreen }
  /** A slip was cut off. */
  | { readonly kind: 'printed'; readonly piece: PaperPiece }
  | { readonly kind: 'plugged' | 'unplugged'; readonly device: BoardDevice }

/** Directory, selection and processing options; then the records would come. */
const COMMANDS_BEFORE_EARLY = 3

/** What the maker of the pad tells the acquirer, so that it can send keys to it. Not for logs. */
export interface PadProvisioning {
  readonly serialNumber: string
  /** 32 hexadecimal digits. */
  readonly keyBlockProtectionKey: string
}

/** Why a person's hand could not do something, in one line. */
export class BoardRefusal extends Error {
  override readonly name = 'BoardRefusal'
}

/**
 * The emulated board: card reader, PIN pad and printer, each at a pseudo-terminal, and the hands that insert cards,
 * press keys and pull plugs.
 */
export class Board {
  readonly paths: Readonly<Record<BoardDevice, string>>
  readonly padProvisioning: PadProvisioning
  readonly printer: PrinterDevice
  readonly battery: Battery
  readonly #options: BoardOptions
  readonly #reader: CardReaderDevice
  readonly #pinPad: PinPadDevice
  readonly #readerLine: DeviceLine
  readonly #padLine: DeviceLine
  readonly #ports: Readonly<Record<BoardDevice, DevicePort>>
  readonly #memory: PadMemory
  readonly #listeners = new Set<(event: BoardEvent) => void>()
  #lamp: 'off' | 'cardWanted' | 'takeCard' = 'off'
  #padScreen: PadScreen = { kind: 'lines', lines: [] }

  /** Nothing is plugged in yet; see `openBoard`. */
  constructor(options: BoardOptions) {
    const { clock, random } = options
    const directory = resolve(options.directory)
    mkdirSync(directory, { recursive: true })
    // Of a board that was ended hard: they lead nowhere, or to somebody else's terminal.
    for (const name of ['reader', 'pinpad', 'printer']) removeLink(join(directory, name))
    this.#options = options
    const memory = new PadMemory(directory)
    this.battery = new Battery(join(directory, 'battery'))
    this.#memory = memory
    const { serialNumber, keyBlockProtectionKey } = memory.content
    this.padProvisioning = { serialNumber, keyBlockProtectionKey }
    this.paths = {
      reader: join(directory, 'reader'),
      pinpad: join(directory, options.sharedLine ? 'reader' : 'pinpad'),
      printer: join(directory, 'printer'),
    }
    this.#readerLine = new DeviceLine(clock)
    this.#padLine = options.sharedLine ? this.#readerLine : new DeviceLine(clock)
    this.#reader = new CardReaderDevice({
      clock,
      random,
      serialNumber: serialNumber.replace('PP', 'CR'),
      lamp: (lamp) => {
        this.#lamp = lamp
        this.#tell({ kind: 'lamp', lamp })
      },
      ...(options.contactless === false
        ? {}
        : { field: (face: FieldFace) => this.#tell({ kind: 'field', face }) }),
    })
    this.#pinPad = new PinPadDevice({
      clock,
      random,
      memory,
      screenChanged: (screen) => {
        this.#padScreen = screen
        this.#tell({ kind: 'padScreen', screen })
      },
    })
    this.printer = new PrinterDevice({ clock })
    this.printer.onPrinted((piece) => this.#tell({ kind: 'printed', piece }))
    this.#ports = {
      reader: this.#port('reader', this.#readerLine),
      pinpad: this.#port('pinpad', this.#padLine),
      printer: this.#port('printer', this.printer),
    }
  }

  get lamp(): 'off' | 'cardWanted' | 'takeCard' {
    return this.#lamp
  }

  get padScreen(): PadScreen {
    return this.#padScreen
  }

  get hasCard(): boolean {
    return this.#reader.hasCard
  }

  /** Waiting for a card in its field. */
  get isFieldOn(): boolean {
    return this.#reader.isFieldOn
  }

  /** The four lights of the contactless reader. */
  get face(): FieldFace {
    return this.#reader.face
  }

  get isEnteringPin(): boolean {
    return this.#pinPad.isEnteringPin
  }

  /** Whether the pad was given a terminal master key. */
  get padHasMasterKey(): boolean {
    return this.#pinPad.hasMasterKey
  }

  /** Leaves a certified pad as it is. */
  async certify(factory: Factory): Promise<void> {
    await certifyPad(this.#memory, factory)
  }

  onEvent(listener: (event: BoardEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A device that shares its cable goes alone: the other one stays on the line. */
  async plug(device: BoardDevice): Promise<void> {
    if (device === 'reader') {
      this.#reader.restart()
      this.#readerLine.add(ADDRESS.cardReader, this.#reader.session)
    }
    if (device === 'pinpad') {
      this.#pinPad.restart()
      this.#padLine.add(ADDRESS.pinPad, this.#pinPad.session)
    }
    const cable = this.#cableOf(device)
    await cable.plug()
    if (cable.isPlugged) this.#tell({ kind: 'plugged', device })
  }

  unplug(device: BoardDevice): void {
    if (device === 'reader') this.#readerLine.remove(ADDRESS.cardReader)
    if (device === 'pinpad') this.#padLine.remove(ADDRESS.pinPad)
    if (device === 'printer' || !this.#options.sharedLine) this.#cableOf(device).unplug()
    this.#tell({ kind: 'unplugged', device })
  }

  /** A device starts anew, as after a moment without power; its cable stays. */
  restart(device: 'reader' | 'pinpad'): void {
    if (device === 'reader') this.#reader.restart()
    else this.#pinPad.restart()
  }

  /** Puts the chip of the card in `path` into the reader; its memory is written back there. @throws {BoardRefusal} */
  insert(path: string, isDirty = false): void {
    this.insertChip(this.#open(path), isDirty)
  }

  /** @throws {BoardRefusal} */
  insertChip(card: ChipCard, isDirty = false): void {
    if (!this.#reader.insert(card, isDirty)) throw new BoardRefusal('a card is in the reader already')
  }

  /**
   * Holds the cards in `paths` at the reader until the field goes off; `isEarly`: the hand pulls the first one away in the
   * middle, before its records are read. Their memories are written back. @throws {BoardRefusal}
   */
  tap(paths: readonly string[], isEarly = false): void {
    if (!this.#reader.isFieldOn) throw new BoardRefusal('the reader is not waiting for a contactless card')
    this.tapCards(
      paths.map((path) => ({
        card: this.#open(path),
        ...(isEarly ? { goneAfter: COMMANDS_BEFORE_EARLY } : {}),
      })),
    )
  }

  /** @throws {BoardRefusal} */
  tapCards(cards: readonly TappedCard[]): void {
    if (!this.#reader.tap(cards)) throw new BoardRefusal('the reader is not waiting for a contactless card')
  }

  /** Pulls the card out of the field. False when there was none. */
  takeAway(): boolean {
    return this.#reader.takeAway()
  }

  /** @throws {BoardRefusal} */
  remove(): void {
    if (!this.#reader.remove()) throw new BoardRefusal('there is no card in the reader')
  }

  /** @throws {BoardRefusal} */
  swipe(path: string): void {
    const { stripe } = this.#load(path)
    if (stripe === undefined) throw new BoardRefusal('this card has no stripe')
    this.swipeStripe(stripe)
  }

  /** @throws {BoardRefusal} */
  swipeStripe(stripe: NonNullable<CardImage['stripe']>): void {
    if (!this.#reader.swipe(stripe)) throw new BoardRefusal('the reader is not waiting for a stripe')
  }

  /** `keys`: digits, `#` enter, `c` clear, `x` cancel. @throws {BoardRefusal} */
  pressKeys(keys: string): void {
    const pressed = padKeys(keys)
    if (pressed === undefined || pressed.length === 0)
      throw new BoardRefusal('keys are digits, # for enter, c for clear, x for cancel')
    this.press(pressed)
  }

  /** @throws {BoardRefusal} */
  press(keys: readonly PadKey[]): void {
    for (const key of keys) {
      if (!this.#pinPad.press(key)) throw new BoardRefusal('the PIN pad is not asking for a PIN')
    }
  }

  /** Everything is unplugged; nothing stays behind but the pad's memory and the battery's charge. */
  close(): void {
    this.#listeners.clear()
    for (const device of ['reader', 'pinpad', 'printer'] as const) this.unplug(device)
    this.#ports.reader.unplug()
  }

  #cableOf(device: BoardDevice): DevicePort {
    return this.#options.sharedLine && device === 'pinpad' ? this.#ports.reader : this.#ports[device]
  }

  #port(device: BoardDevice, line: Pick<DeviceLine, 'attach' | 'detach'>): DevicePort {
    const { clock, baudRate, cable, tap, sharedLine } = this.#options
    const name = sharedLine && device === 'reader' ? 'reader+pinpad' : device
    return new DevicePort({
      linkPath: this.paths[device],
      clock,
      baudRate,
      attach: (stream) => line.attach(cable?.(device, stream) ?? stream),
      detach: () => line.detach(),
      ...(tap === undefined ? {} : { tap: () => tap(name) }),
    })
  }

  #open(path: string): ChipCard {
    return createChipCard(this.#load(path), {
      random: this.#options.random,
      changed: (changed) => saveCardImage(path, changed),
    })
  }

  #load(path: string): CardImage {
    const image = loadCardImage(path)
    if (!image.ok) throw new BoardRefusal(image.error.message)
    return image.value
  }

  #tell(event: BoardEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }
}

/** A board with its three devices plugged in. Rejects with `PseudoTerminalFailure`, `PadMemoryDamaged`, `DevicePortTaken`. */
export async function openBoard(options: BoardOptions): Promise<Board> {
  const board = new Board(options)
  try {
    if (options.factory !== undefined) await board.certify(options.factory)
    for (const device of ['reader', 'pinpad', 'printer'] as const) await board.plug(device)
  } catch (error) {
    board.close()
    throw error
  }
  return board
}
