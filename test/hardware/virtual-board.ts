import iconv from 'iconv-lite'
import { CardReaderDevice } from '../../hardware/emulator/card-reader-device.ts'
import type { FieldFace } from '../../hardware/emulator/contactless-field.ts'
import { DeviceLine } from '../../hardware/emulator/device-line.ts'
import type { PadMemoryContent } from '../../hardware/emulator/pad-memory.ts'
import { PinPadDevice } from '../../hardware/emulator/pin-pad-device.ts'
import { PrinterDevice } from '../../hardware/emulator/printer-device.ts'
import { ADDRESS } from '../../hardware/protocol/link-codes.ts'
import type { Random } from '../../src/base/ports.ts'
import { LinkLine } from '../../src/terminal/drivers/link-line.ts'
import { Peripherals } from '../../src/terminal/drivers/peripherals.ts'
import { PrinterDriver } from '../../src/terminal/drivers/printer-driver.ts'
import type { PeripheralAnswers, PeripheralEffect } from '../../src/terminal/flows/peripheral-effect.ts'
import { VirtualClock } from '../terminal/runtime/virtual-clock.ts'
import { VirtualLine } from './virtual-line.ts'

export const PAD_MEMORY: PadMemoryContent = {
  serialNumber: 'TWPPTEST',
  keyBlockProtectionKey: '000102030405060708090A0B0C0D0E0F',
  dataKey: '11'.repeat(32),
}

/** Different bytes each time, the same in each run. */
export function countingRandom(): Random {
  let next = 0
  return { bytes: (size) => Uint8Array.from({ length: size }, () => next++ & 0xff) }
}

/** Drivers and emulated devices in virtual time, on one shared line for reader and pad. */
export class VirtualBoard {
  readonly clock = new VirtualClock()
  readonly line = new LinkLine(this.clock)
  readonly deviceLine = new DeviceLine(this.clock)
  readonly memory: { content: PadMemoryContent; save(content: PadMemoryContent): void }
  readonly reader: CardReaderDevice
  readonly pinPad: PinPadDevice
  readonly printer = new PrinterDevice({ clock: this.clock })
  readonly printerDriver = new PrinterDriver({
    clock: this.clock,
    encodeText: (text) => iconv.encode(text, 'gb18030'),
  })
  readonly peripherals: Peripherals
  readonly lamps: string[] = []
  readonly faces: FieldFace[] = []
  cable = new VirtualLine(this.clock)
  printerCable = new VirtualLine(this.clock)

  constructor({ contactless = false } = {}) {
    const random = countingRandom()
    this.memory = {
      content: PAD_MEMORY,
      save(content) {
        this.content = content
      },
    }
    this.reader = new CardReaderDevice({
      clock: this.clock,
      random,
      serialNumber: 'TWCRTEST',
      lamp: (state) => this.lamps.push(state),
      ...(contactless ? { field: (face: FieldFace) => this.faces.push(face) } : {}),
    })
    this.pinPad = new PinPadDevice({
      clock: this.clock,
      random,
      memory: this.memory,
      screenChanged: () => {},
    })
    this.deviceLine.add(ADDRESS.cardReader, this.reader.session)
    this.deviceLine.add(ADDRESS.pinPad, this.pinPad.session)
    this.peripherals = new Peripherals({
      clock: this.clock,
      readerLine: this.line,
      pinPadLine: this.line,
      printer: this.printerDriver,
    })
  }

  /** Plugs everything in and lets it be found. */
  plugIn(): this {
    this.plugLine()
    this.plugPrinter()
    this.clock.advance(100)
    return this
  }

  plugLine(): void {
    this.cable = new VirtualLine(this.clock)
    this.deviceLine.attach(this.cable.device)
    this.line.attach(this.cable.terminal)
  }

  plugPrinter(): void {
    this.printerCable = new VirtualLine(this.clock)
    this.printer.attach(this.printerCable.device)
    this.printerDriver.attach(this.printerCable.terminal)
  }

  /** Begins an effect; its answers are collected, since there must be exactly one. */
  begin<K extends PeripheralEffect['kind']>(
    effect: Extract<PeripheralEffect, { readonly kind: K }>,
  ): PeripheralAnswers[K][] {
    const answers: PeripheralAnswers[K][] = []
    this.peripherals.perform<K>(effect, (answer) => answers.push(answer))
    return answers
  }

  /** The answer of an effect that needs no hand. */
  ask<K extends PeripheralEffect['kind']>(
    effect: Extract<PeripheralEffect, { readonly kind: K }>,
    patienceMs = 15_000,
  ): PeripheralAnswers[K] {
    const answers = this.begin<K>(effect)
    for (let waitedMs = 0; answers.length === 0 && waitedMs < patienceMs; waitedMs += 10)
      this.clock.advance(10)
    const [answer] = answers
    if (answer === undefined || answers.length !== 1) throw new Error(`${answers.length} answers`)
    return answer
  }
}
