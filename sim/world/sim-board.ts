import { CardReaderDevice } from '../../hardware/emulator/card-reader-device.ts'
import { type ChipCard, createChipCard } from '../../hardware/emulator/chip-card/chip-card.ts'
import { DeviceLine } from '../../hardware/emulator/device-line.ts'
import type { PadMemoryContent } from '../../hardware/emulator/pad-memory.ts'
import type { PaperPiece } from '../../hardware/emulator/paper.ts'
import { type PadKey, type PadScreen, PinPadDevice } from '../../hardware/emulator/pin-pad-device.ts'
import { PrinterDevice } from '../../hardware/emulator/printer-device.ts'
import { ADDRESS } from '../../hardware/protocol/link-codes.ts'
import { encodeGb18030 } from '../../src/terminal/adapters/gb18030.ts'
import { LinkLine } from '../../src/terminal/drivers/link-line.ts'
import { Peripherals } from '../../src/terminal/drivers/peripherals.ts'
import { PrinterDriver } from '../../src/terminal/drivers/printer-driver.ts'
import type { Fault, SimDevice } from '../plan/fault-kinds.ts'
import type { SeededRandom } from './seeded-random.ts'
import { SerialCable } from './serial-cable.ts'
import type { SimCard } from './sim-estate.ts'
import type { StepFaults } from './step-faults.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface SimBoardOptions {
  readonly clock: VirtualClock
  readonly random: SeededRandom
  readonly faults: StepFaults
  readonly sharedLine: boolean
  /** The reader has a contactless side. */
  readonly isContactless: boolean
  readonly protectionKey: string
  readonly lamp: (state: 'off' | 'cardWanted' | 'takeCard') => void
  readonly padScreen: (screen: PadScreen) => void
  readonly printed: (piece: PaperPiece) => void
  readonly cardCommand: (apdu: Uint8Array | undefined) => void
  /** A device did what only a damaged frame told it. */
  readonly damageBelieved: (what: string) => void
  readonly tell: (text: string) => void
}

type Plug = 'reader' | 'pinPad' | 'printer'

const PRINTER_GROUP = 4
/** How long a terminal takes to notice that a cable is there. */
const FOUND_MS = 200

/** The lines and drivers of one life of a terminal. */
interface Attached {
  readonly peripherals: Peripherals
  readonly reader: LinkLine
  readonly pinPad: LinkLine
  readonly printer: PrinterDriver
}

/** Emulated card reader, PIN pad and printer of one terminal, their cables, and the drivers at the other end. */
export class SimBoard {
  readonly reader: CardReaderDevice
  readonly pinPad: PinPadDevice
  readonly printer: PrinterDevice
  readonly #options: SimBoardOptions
  readonly #readerLine: DeviceLine
  readonly #padLine: DeviceLine
  readonly #cards = new Map<string, ChipCard>()
  readonly #cables = new Map<Plug, SerialCable>()
  /** Cables that are out. */
  readonly #out = new Set<Plug>()
  #attached: Attached | undefined

  constructor(options: SimBoardOptions) {
    const { clock, random, lamp, padScreen, printed } = options
    this.#options = options
    const content: PadMemoryContent = {
      serialNumber: 'TWPPSIM',
      keyBlockProtectionKey: options.protectionKey,
      dataKey: '5A'.repeat(32),
    }
    const memory = {
      content,
      save(next: PadMemoryContent) {
        this.content = next
      },
    }
    this.#readerLine = new DeviceLine(clock)
    this.#padLine = options.sharedLine ? this.#readerLine : new DeviceLine(clock)
    const field = options.isContactless ? { field: () => {} } : {}
    this.reader = new CardReaderDevice({ clock, random, serialNumber: 'TWCRSIM', lamp, ...field })
    this.pinPad = new PinPadDevice({ clock, random, memory, screenChanged: padScreen })
    this.printer = new PrinterDevice({ clock })
    this.printer.onPrinted(printed)
    this.#readerLine.add(ADDRESS.cardReader, this.reader.session)
    this.#padLine.add(ADDRESS.pinPad, this.pinPad.session)
  }

  /** The terminal has power: drivers for what is plugged in. */
  attach(): Peripherals {
    const { clock, sharedLine } = this.#options
    const reader = new LinkLine(clock)
    const pinPad = sharedLine ? reader : new LinkLine(clock)
    const printer = new PrinterDriver({ clock, encodeText: encodeGb18030 })
    const peripherals = new Peripherals({ clock, readerLine: reader, pinPadLine: pinPad, printer })
    this.#attached = { peripherals, reader, pinPad, printer }
    for (const plug of this.#plugs()) if (!this.#out.has(plug)) this.#connect(plug)
    return peripherals
  }

  /** The terminal lost its power, and the devices theirs where it comes from the terminal. */
  detach(devicesToo: boolean): void {
    this.#attached = undefined
    for (const cable of this.#cables.values()) cable.cut()
    this.#cables.clear()
    if (!devicesToo) return
    this.reader.restart()
    this.pinPad.restart()
  }

  unplug(device: SimDevice, forMs: number): void {
    const plug = this.#plugOf(device)
    if (this.#out.has(plug)) return
    this.#options.tell(`${device} unplugged`)
    this.#out.add(plug)
    this.#cables.get(plug)?.cut()
    this.#cables.delete(plug)
    this.#options.clock.after(forMs, () => this.plugIn(plug))
  }

  plugIn(plug: Plug): void {
    if (!this.#out.delete(plug)) return
    // Power comes over the cable.
    if (plug === 'reader') this.reader.restart()
    if (plug === 'pinPad' || (plug === 'reader' && this.#options.sharedLine)) this.pinPad.restart()
    this.#connect(plug)
  }

  /** Everything is as it should be again. */
  heal(): void {
    for (const plug of [...this.#out]) this.plugIn(plug)
    this.printer.setCover('closed')
    this.printer.setPaper('ok')
  }

  insert(card: SimCard, isDirty: boolean): boolean {
    return this.reader.insert(this.#chipOf(card), isDirty)
  }

  tap(
    card: SimCard,
    { goneAfter, twice }: { readonly goneAfter?: number; readonly twice?: boolean },
  ): boolean {
    const tapped = { card: this.#chipOf(card), ...(goneAfter === undefined ? {} : { goneAfter }) }
    return this.reader.tap(twice === true ? [tapped, tapped] : [tapped])
  }

  #chipOf(card: SimCard): ChipCard {
    let chip = this.#cards.get(card.pan)
    if (chip === undefined) {
      chip = createChipCard(card.image, { random: this.#options.random })
      this.#cards.set(card.pan, chip)
    }
    return counting(chip, (apdu) => this.#apdu(apdu))
  }

  press(keys: readonly PadKey[]): void {
    for (const key of keys) this.pinPad.press(key)
  }

  /** The card may be pulled before it answers. */
  #apdu(apdu: Uint8Array | undefined): void {
    this.#options.cardCommand(apdu)
    if (apdu === undefined) return
    for (const _ of this.#options.faults.at('apdu')) if (!this.reader.takeAway()) this.reader.remove()
  }

  #plugs(): readonly Plug[] {
    return this.#options.sharedLine ? ['reader', 'printer'] : ['reader', 'pinPad', 'printer']
  }

  #plugOf(device: SimDevice): Plug {
    return device === 'pinPad' && this.#options.sharedLine ? 'reader' : device
  }

  #connect(plug: Plug): void {
    const { clock } = this.#options
    const attached = this.#attached
    if (attached === undefined) return
    clock.after(FOUND_MS, () => {
      if (this.#attached !== attached || this.#out.has(plug) || this.#cables.has(plug)) return
      const cable = this.#newCable(plug)
      this.#cables.set(plug, cable)
      if (plug === 'printer') {
        this.printer.attach(cable.device)
        attached.printer.attach(cable.terminal)
      } else {
        const line = plug === 'reader' ? this.#readerLine : this.#padLine
        line.attach(cable.device)
        attached[plug].attach(cable.terminal)
      }
    })
  }

  #newCable(plug: Plug): SerialCable {
    const { clock, random, faults, sharedLine } = this.#options
    return new SerialCable({
      clock,
      random,
      faults,
      devices: plug === 'reader' && sharedLine ? ['reader', 'pinPad'] : [plug],
      groupSize: plug === 'printer' ? PRINTER_GROUP : 1,
      damageBelieved: (sequence) => this.#options.damageBelieved(`${plug}, command ${sequence}`),
      boardFault: (fault) => this.#boardFault(plug, fault),
    })
  }

  #boardFault(plug: Plug, fault: Fault): void {
    if (fault.kind === 'unplug') this.unplug(plug, fault.ms)
    else if (fault.device === 'pinPad') this.pinPad.restart()
    else if (fault.device === 'reader') this.reader.restart()
  }
}

/** A card that tells of power and of each command before it answers; silent when it was pulled meanwhile. */
export function counting(card: ChipCard, command: (apdu: Uint8Array | undefined) => void): ChipCard {
  return {
    powerOn() {
      command(undefined)
      return card.powerOn()
    },
    enterField() {
      command(undefined)
      return card.enterField()
    },
    powerOff: () => card.powerOff(),
    transmit(apdu) {
      command(apdu)
      return card.transmit(apdu)
    },
    image: card.image,
  }
}
