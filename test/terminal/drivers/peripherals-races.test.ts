import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CardReaderDevice } from '../../../hardware/emulator/card-reader-device.ts'
import { DeviceLine } from '../../../hardware/emulator/device-line.ts'
import { PinPadDevice } from '../../../hardware/emulator/pin-pad-device.ts'
import { PrinterDevice } from '../../../hardware/emulator/printer-device.ts'
import { ADDRESS } from '../../../hardware/protocol/link-codes.ts'
import type { StreamListener } from '../../../src/base/ports.ts'
import { encodeGb18030 } from '../../../src/terminal/adapters/gb18030.ts'
import { LinkLine } from '../../../src/terminal/drivers/link-line.ts'
import { Peripherals } from '../../../src/terminal/drivers/peripherals.ts'
import { PrinterDriver, type PrinterStream } from '../../../src/terminal/drivers/printer-driver.ts'
import type { PeripheralEffect } from '../../../src/terminal/flows/peripheral-effect.ts'
import { Races } from '../../races.ts'

/** One end of a cable: what it is given comes out at the other end in order, in its own time. */
class End implements PrinterStream {
  other: End | undefined
  isOpen = true
  writtenLate = 0
  readonly #races: Races
  readonly #queue: Uint8Array[] = []
  #listener: StreamListener | undefined

  constructor(races: Races) {
    this.#races = races
  }

  write(bytes: Uint8Array): void {
    if (!this.isOpen) {
      this.writtenLate++
      return
    }
    const { other } = this
    if (other === undefined) return
    other.#queue.push(bytes.slice())
    this.#races.later('bytes', () => other.#arrive())
  }

  resynchronise(): void {}

  close(): void {
    this.end('closed')
    this.#races.later('other end', () => this.other?.end('lost'))
  }

  listen(listener: StreamListener): void {
    this.#listener = listener
  }

  end(end: 'lost' | 'closed'): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#listener?.ended(end)
  }

  #arrive(): void {
    const bytes = this.#queue.shift()
    if (bytes !== undefined && this.isOpen) this.#listener?.received(bytes)
  }
}

/** Cables between drivers and emulated devices, plugged and pulled at any time. */
class Bench {
  readonly ends: End[] = []
  readonly peripherals: Peripherals
  readonly #races: Races
  readonly #lines: { readonly reader: LinkLine; readonly pinPad: LinkLine }
  readonly #printer: PrinterDriver
  readonly #devices: {
    readonly reader: DeviceLine
    readonly pinPad: DeviceLine
    readonly printer: PrinterDevice
  }
  #isClosed = false

  constructor(races: Races, isShared: boolean) {
    this.#races = races
    const { clock } = races
    const random = { bytes: (size: number) => new Uint8Array(size).fill(3) }
    const reader = new LinkLine(clock)
    this.#lines = { reader, pinPad: isShared ? reader : new LinkLine(clock) }
    this.#printer = new PrinterDriver({ clock, encodeText: encodeGb18030 })
    this.peripherals = new Peripherals({
      clock,
      readerLine: this.#lines.reader,
      pinPadLine: this.#lines.pinPad,
      printer: this.#printer,
    })
    const readerLine = new DeviceLine(clock)
    const padLine = isShared ? readerLine : new DeviceLine(clock)
    this.#devices = { reader: readerLine, pinPad: padLine, printer: new PrinterDevice({ clock }) }
    const content = { serialNumber: 'P', keyBlockProtectionKey: '11'.repeat(16), dataKey: '5A'.repeat(32) }
    const memory = { content, save() {} }
    readerLine.add(
      ADDRESS.cardReader,
      new CardReaderDevice({ clock, random, serialNumber: 'R', lamp() {} }).session,
    )
    padLine.add(ADDRESS.pinPad, new PinPadDevice({ clock, random, memory, screenChanged() {} }).session)
  }

  plug(device: 'reader' | 'pinPad' | 'printer'): void {
    if (this.#isClosed) return
    const [terminal, board] = [new End(this.#races), new End(this.#races)]
    terminal.other = board
    board.other = terminal
    this.ends.push(terminal, board)
    this.#devices[device].attach(board)
    if (device === 'printer') this.#printer.attach(terminal)
    else this.#lines[device].attach(terminal)
  }

  pull(): void {
    for (const end of this.ends) end.end('lost')
  }

  close(): void {
    this.#isClosed = true
    this.peripherals.close()
  }
}

const EFFECTS: readonly PeripheralEffect[] = [
  { kind: 'awaitCard', accept: { chip: true, stripe: true }, timeoutMs: 500 },
  { kind: 'awaitCardRemoval', timeoutMs: 500 },
  { kind: 'releaseCard' },
  { kind: 'pinPad', command: { op: 'protect', data: Uint8Array.of(1, 2, 3) } },
  {
    kind: 'pinPad',
    command: {
      op: 'enterPin',
      pan: '6210948000000011',
      amountText: undefined,
      lengthMin: 4,
      lengthMax: 12,
      timeoutMs: 500,
    },
  },
  { kind: 'print', document: { lines: [{ kind: 'text', text: 'slip' }], cut: true } },
  { kind: 'deviceReport' },
]

const deeds = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...EFFECTS) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<('reader' | 'pinPad' | 'printer')[]>('reader', 'pinPad', 'printer'),
    },
    { weight: 1, arbitrary: fc.constantFrom<('pull' | 'cancel')[]>('pull', 'cancel') },
  ),
  { minLength: 1, maxLength: 8 },
)

/** Devices ask each other how they are for ever: the bench is closed after so many events. */
const EVENTS_MAX = 60

describe('peripherals and their lines, whatever comes first', () => {
  it('each effect is answered once; closed, they write nothing and leave no timer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), deeds, fc.boolean(), async (scheduler, steps, isShared) => {
        const races = new Races(scheduler)
        const bench = new Bench(races, isShared)
        const answers: number[] = []
        let isBusy = false
        const perform = (effect: PeripheralEffect): void => {
          if (isBusy) return
          isBusy = true
          const index = answers.push(0) - 1
          bench.peripherals.perform(effect, () => {
            answers[index] = (answers[index] ?? 0) + 1
            isBusy = false
          })
        }
        for (const step of steps) {
          races.later(typeof step === 'string' ? step : step.kind, () => {
            if (typeof step !== 'string') perform(step)
            else if (step === 'pull') bench.pull()
            else if (step === 'cancel') bench.peripherals.cancel()
            else bench.plug(step)
          })
        }
        await races.settleWithin(EVENTS_MAX)
        races.now(() => bench.close())
        await races.settle()
        expect(answers).toEqual(answers.map(() => 1))
        expect(bench.ends.filter(({ isOpen, writtenLate }) => isOpen || writtenLate > 0)).toEqual([])
        expect(races.timerCount).toBe(0)
      }),
      { numRuns: 200 },
    )
  })
})
