import type { Board, BoardDevice, BoardEvent } from '../../hardware/emulator/board.ts'
import type { PadKey } from '../../hardware/emulator/pin-pad-device.ts'
import type { Random } from '../base/ports.ts'
import { CardWallet } from './card-wallet.ts'
import { HandRefusal } from './hand-refusal.ts'
import { PadHands } from './pad-hands.ts'
import { PaperTray } from './paper-tray.ts'
import type { DeviceDeed, DeviceEars, TableDevices } from './table-devices.ts'
import { PAD_COVERED, PLUGGED, PULLED } from './workbench-texts.ts'
import { padOf } from './workbench-view.ts'

export interface EmulatedDevicesParts {
  readonly board: Board
  readonly cardsDirectory: string
  readonly random: Random
}

const DEVICES: readonly BoardDevice[] = ['reader', 'pinpad', 'printer']

/** The emulated board, whose cards, keys, paper and plugs lie before the viewers. */
export class EmulatedDevices implements TableDevices {
  readonly #parts: EmulatedDevicesParts
  readonly #pad: PadHands
  readonly #wallet: CardWallet
  readonly #tray = new PaperTray()
  readonly #plugged = new Set<BoardDevice>(DEVICES)
  #cardIn: string | undefined
  #ears: DeviceEars = { sound() {}, note() {}, changed() {} }

  constructor(parts: EmulatedDevicesParts) {
    this.#parts = parts
    this.#pad = new PadHands(parts.random)
    this.#wallet = new CardWallet(parts.cardsDirectory)
    parts.board.onEvent((event) => this.#boardEvent(event))
  }

  tellTo(ears: DeviceEars): void {
    this.#ears = ears
  }

  operated(viewer: string | undefined): void {
    this.#pad.operated(viewer)
  }

  left(viewer: string): void {
    this.#pad.left(viewer)
  }

  paper(id: number): Uint8Array | undefined {
    return this.#tray.picture(id)
  }

  async act(deed: DeviceDeed, viewer: string | undefined): Promise<void> {
    const { board } = this.#parts
    switch (deed.kind) {
      case 'insert':
        board.insert(this.#cardPath(deed.card), deed.isDirty)
        this.#cardIn = deed.card
        break
      case 'swipe':
        board.swipe(this.#cardPath(deed.card))
        break
      case 'tap':
        this.#tap(deed)
        break
      case 'remove':
        board.remove()
        this.#cardIn = undefined
        break
      case 'pad':
        board.press([this.#padKey(deed.place, viewer)])
        break
      case 'takePad':
        if (!this.#pad.take(viewer)) throw new HandRefusal(PAD_COVERED)
        break
      case 'paper':
        board.printer.setPaper(deed.state)
        break
      case 'paperEndsAfter':
        board.printer.endPaperAfter(deed.lines)
        break
      case 'battery':
        board.battery.change(deed)
        break
      case 'cover':
        board.printer.setCover(deed.state)
        break
      case 'tear':
        this.#tray.clear()
        break
      case 'plug':
        await board.plug(deed.device)
        break
      case 'unplug':
        board.unplug(deed.device)
    }
  }

  /** The face of the pad is shown to whoever types the PIN, and to nobody else. */
  view(viewer: string | undefined): ReturnType<TableDevices['view']> {
    const { padScreen, printer, lamp, face, isFieldOn, battery } = this.#parts.board
    const status = printer.status
    return {
      isOnBoard: false,
      reader: {
        lamp,
        card: this.#cardIn ?? null,
        isPlugged: this.#plugged.has('reader'),
        lights: face.lights,
        isFieldOn,
      },
      pinPad: padOf(padScreen, this.#pad.view(viewer), this.#plugged.has('pinpad')),
      printer: {
        isPlugged: this.#plugged.has('printer'),
        paper: status.paperEnd ? 'end' : status.paperNearEnd ? 'nearEnd' : 'ok',
        cover: status.coverOpen ? 'open' : 'closed',
        pieces: [...this.#tray.slips],
      },
      battery: { percent: battery.percent, isCharging: battery.isCharging },
      cards: [...this.#wallet.cards],
    }
  }

  #tap({ card, second, isEarly }: Extract<DeviceDeed, { readonly kind: 'tap' }>): void {
    const names = second === undefined ? [card] : [card, second]
    const paths = names.map((name) => this.#cardPath(name))
    this.#parts.board.tap(paths, isEarly)
  }

  #cardPath(name: string): string {
    const path = this.#wallet.pathOf(name)
    if (path === undefined) throw new HandRefusal({ zh: `没有卡片 ${name}`, en: `there is no card ${name}` })
    return path
  }

  #padKey(place: number | 'enter' | 'clear' | 'cancel', viewer: string | undefined): PadKey {
    const key = this.#pad.keyAt(place, viewer)
    if (key === 'covered') throw new HandRefusal(PAD_COVERED)
    if (key === undefined) throw new HandRefusal({ zh: '没有这个键', en: 'there is no such key' })
    return key
  }

  #boardEvent(event: BoardEvent): void {
    const { sound, note, changed } = this.#ears
    switch (event.kind) {
      case 'lamp':
        if (event.lamp !== 'off') sound('short')
        break
      case 'field':
        if (event.face.beep !== 'none') sound(event.face.beep === 'success' ? 'good' : 'bad')
        break
      case 'padScreen':
        if (this.#pad.asked(event.screen.kind === 'enterPin')) sound('short')
        break
      case 'printed':
        this.#tray.add(event.piece)
        break
      case 'plugged':
        this.#plugged.add(event.device)
        note(PLUGGED[event.device])
        break
      case 'unplugged':
        this.#plugged.delete(event.device)
        note(PULLED[event.device])
    }
    if (!this.#parts.board.hasCard) this.#cardIn = undefined
    changed()
  }
}
