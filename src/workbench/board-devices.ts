import type { BoardDevice } from '../../hardware/emulator/board.ts'
import { isPrinted } from '../../hardware/emulator/paper.ts'
import { PrinterDevice } from '../../hardware/emulator/printer-device.ts'
import type { LineTap } from '../base/line-tap.ts'
import type { Clock, StreamListener } from '../base/ports.ts'
import { PAPER_DETAILS } from '../terminal/drivers/printer-condition.ts'
import type { DeviceCondition, DeviceReportAnswer } from '../terminal/flows/peripheral-effect.ts'
import { HandRefusal } from './hand-refusal.ts'
import { PaperTray } from './paper-tray.ts'
import type { DeviceDeed, DeviceEars, TableDevices } from './table-devices.ts'
import { ON_BOARD, PLUGGED, PULLED } from './workbench-texts.ts'

const DEVICES: Readonly<Record<DeviceCondition['device'], BoardDevice>> = {
  cardReader: 'reader',
  pinPad: 'pinpad',
  printer: 'printer',
}

/**
 * Card reader, PIN pad and printer of a real board: other hands hold the cards, type the PIN and change the paper. Seen is what
 * the terminal knows of them, and what its bytes to the printer come to on paper.
 */
export class BoardDevices implements TableDevices {
  readonly #clock: Clock
  readonly #tray = new PaperTray()
  readonly #plugged = new Set<BoardDevice>()
  #printerDetail = ''
  #ears: DeviceEars = { sound() {}, note() {}, changed() {} }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  tellTo(ears: DeviceEars): void {
    this.#ears = ears
  }

  operated(): void {}

  left(): void {}

  paper(id: number): Uint8Array | undefined {
    return this.#tray.picture(id)
  }

  /** @throws {HandRefusal} for all but the slips that lie on the page. */
  act({ kind }: DeviceDeed): void {
    if (kind !== 'tear') throw new HandRefusal(ON_BOARD)
    this.#tray.clear()
  }

  /** What the terminal says of its devices. */
  reported({ devices }: DeviceReportAnswer): void {
    for (const { device, state, detail } of devices) {
      const name = DEVICES[device]
      const isPlugged = state !== 'missing'
      if (isPlugged !== this.#plugged.has(name)) {
        if (isPlugged) this.#plugged.add(name)
        else this.#plugged.delete(name)
        this.#ears.note(isPlugged ? PLUGGED[name] : PULLED[name])
      }
      if (name === 'printer') this.#printerDetail = detail
    }
    this.#ears.changed()
  }

  /** Hears the terminal's line to the printer from when it opens: a printer that never stops prints the same. */
  printerTap(): LineTap {
    const printer = new PrinterDevice({ clock: this.#clock })
    let listener: StreamListener | undefined
    printer.onPrinted((piece) => {
      this.#tray.add(piece)
      this.#ears.changed()
    })
    printer.attach({
      write() {},
      close() {},
      listen: (each) => {
        listener = each
      },
    })
    return {
      written: (bytes) => listener?.received(bytes),
      received() {},
      ended: () => {
        const { hanging } = printer.paper
        printer.detach()
        // A slip that broke off is half on paper.
        if (!isPrinted(hanging)) return
        this.#tray.add(hanging)
        this.#ears.changed()
      },
    }
  }

  view(): ReturnType<TableDevices['view']> {
    const detail = this.#printerDetail
    return {
      isOnBoard: true,
      reader: {
        lamp: 'off',
        card: null,
        isPlugged: this.#plugged.has('reader'),
        lights: 0,
        isFieldOn: false,
      },
      pinPad: {
        isPlugged: this.#plugged.has('pinpad'),
        lines: [],
        isEntering: false,
        amountText: '',
        digitCount: 0,
        hands: 'free',
        layout: [],
      },
      printer: {
        isPlugged: this.#plugged.has('printer'),
        paper:
          detail === PAPER_DETAILS.paperEnd
            ? 'end'
            : detail === PAPER_DETAILS.paperNearEnd
              ? 'nearEnd'
              : 'ok',
        cover: detail === PAPER_DETAILS.coverOpen ? 'open' : 'closed',
        pieces: [...this.#tray.slips],
      },
      battery: null,
      cards: [],
    }
  }
}
