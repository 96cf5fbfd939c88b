import { unreachable } from '../../base/invariant.ts'
import type { CancelTimer, Clock } from '../../base/ports.ts'
import type { DeviceReportAnswer, PeripheralAnswers, PeripheralEffect } from '../flows/peripheral-effect.ts'
import type { PrintDocument, PrintOutcome } from '../flows/print-document.ts'
import { CardReaderDriver } from './card-reader-driver.ts'
import type { LinkLine } from './link-line.ts'
import { PinPadDriver } from './pin-pad-driver.ts'
import type { PrinterDriver } from './printer-driver.ts'

export interface PeripheralsOptions {
  readonly clock: Clock
  readonly readerLine: LinkLine
  /** The same line as the reader's when both share one cable. */
  readonly pinPadLine: LinkLine
  /** Given without its listener: the peripherals listen to it. */
  readonly printer: PrinterDriver
  readonly keyPressed?: (digitCount: number) => void
}

/** So long after the start a report, and a slip, wait for devices that have not answered yet. */
const FIRST_LOOK_MS = 2500

interface FirstLook {
  readonly look: () => void
  readonly finish: () => void
}

/** The three peripherals behind the effects of the flows. */
export class Peripherals {
  readonly #reader: CardReaderDriver
  readonly #pinPad: PinPadDriver
  readonly #options: PeripheralsOptions
  readonly #settledAtMs: number
  /** What waits for devices right after the start; each looks again when a device has changed. */
  readonly #waiting = new Set<FirstLook>()
  #listener: (report: DeviceReportAnswer) => void = () => {}
  #told = ''
  #isClosed = false

  constructor(options: PeripheralsOptions) {
    this.#options = options
    const changed = (): void => this.#changed()
    const { clock, readerLine, pinPadLine, printer, keyPressed } = options
    this.#settledAtMs = clock.nowMs() + FIRST_LOOK_MS
    this.#reader = new CardReaderDriver({ line: readerLine, clock, changed })
    this.#pinPad = new PinPadDriver({
      line: pinPadLine,
      clock,
      changed,
      ...(keyPressed === undefined ? {} : { keyPressed }),
    })
    printer.onChange(changed)
  }

  perform<K extends PeripheralEffect['kind']>(
    effect: Extract<PeripheralEffect, { readonly kind: K }>,
    done: (answer: PeripheralAnswers[K]) => void,
  ): void
  perform(effect: PeripheralEffect, done: (answer: never) => void): void {
    // The signature above ties the answer's type to the effect's; inside, each branch knows its own.
    const answer = done as (answer: PeripheralAnswers[PeripheralEffect['kind']]) => void
    switch (effect.kind) {
      case 'awaitCard':
        this.#reader.awaitCard(effect, answer)
        return
      case 'transmit':
        this.#reader.transmit(effect.apdu, answer)
        return
      case 'releaseCard':
        this.#reader.releaseCard(answer)
        return
      case 'releaseTap':
        this.#reader.releaseTap(effect.signal, answer)
        return
      case 'awaitCardRemoval':
        this.#reader.awaitCardRemoval(effect.timeoutMs, answer)
        return
      case 'pinPad':
        this.#pinPad.perform(effect.command, answer)
        return
      case 'print':
        this.#print(effect.document, answer)
        return
      case 'deviceReport':
        this.#report(answer)
        return
      default:
        unreachable(effect)
    }
  }

  cancel(): void {
    this.#reader.cancel()
    this.#pinPad.cancel()
  }

  /** One listener; it hears each change of a device's condition. */
  onChange(listener: (report: DeviceReportAnswer) => void): void {
    this.#listener = listener
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#listener = () => {}
    this.#options.readerLine.close()
    this.#options.pinPadLine.close()
    this.#options.printer.close()
    for (const { finish } of [...this.#waiting]) finish()
  }

  get #answer(): DeviceReportAnswer {
    const devices = [this.#reader.condition, this.#pinPad.condition, this.#options.printer.condition]
    return { kind: 'devices', devices }
  }

  #report(done: (answer: DeviceReportAnswer) => void): void {
    this.#afterFirstLook(
      () => this.#answer.devices.every(({ state }) => state !== 'missing'),
      () => done(this.#answer),
    )
  }

  /** A slip that a power cut left owed is printed at the start, when the printer's line is only being opened. */
  #print(document: PrintDocument, done: (outcome: PrintOutcome) => void): void {
    const { printer } = this.#options
    this.#afterFirstLook(
      () => printer.condition.state !== 'missing',
      () => printer.print(document, done),
    )
  }

  /** Right after the start nobody has answered yet: `go` then waits a little for all to be there. */
  #afterFirstLook(isThere: () => boolean, go: () => void): void {
    const { clock } = this.#options
    if (isThere() || clock.nowMs() >= this.#settledAtMs) {
      go()
      return
    }
    const finish = (): void => {
      this.#waiting.delete(wait)
      stopTimer()
      go()
    }
    const wait: FirstLook = {
      look: () => {
        if (isThere()) finish()
      },
      finish,
    }
    this.#waiting.add(wait)
    const stopTimer: CancelTimer = clock.schedule(this.#settledAtMs, finish)
  }

  #changed(): void {
    for (const { look } of [...this.#waiting]) look()
    const report = this.#answer
    // A device tells a change of any kind; the terminal hears only of what it could see.
    const told = JSON.stringify(report)
    if (told === this.#told) return
    this.#told = told
    this.#listener(report)
  }
}
