import type { Clock } from '../../base/ports.ts'
import { LinkLine } from '../drivers/link-line.ts'
import { Peripherals } from '../drivers/peripherals.ts'
import { PrinterDriver } from '../drivers/printer-driver.ts'
import { encodeGb18030 } from './gb18030.ts'
import type { TerminalPeripherals } from './open-terminal.ts'
import { PrinterSerialStream, SerialConnection, SerialStream } from './serial-connection.ts'

export interface SerialPeripheralsOptions {
  readonly readerPath: string
  /** The reader's path when both share one cable. */
  readonly pinPadPath: string
  readonly printerPath: string
  readonly baudRate: number
  readonly clock: Clock
}

/** Card reader, PIN pad and printer at real serial ports. Nothing needs to be there: a device may come at any time. */
export function openSerialPeripherals(options: SerialPeripheralsOptions): TerminalPeripherals {
  const { readerPath, pinPadPath, printerPath, baudRate, clock } = options
  const readerLine = new LinkLine(clock)
  const pinPadLine = pinPadPath === readerPath ? readerLine : new LinkLine(clock)
  const printer = new PrinterDriver({ clock, baudRate, encodeText: encodeGb18030 })
  const peripherals = new Peripherals({ clock, readerLine, pinPadLine, printer })
  const lines = new Map([
    [readerPath, readerLine],
    [pinPadPath, pinPadLine],
  ])
  const connections = [
    ...[...lines].map(
      ([path, line]) =>
        new SerialConnection({
          path,
          baudRate,
          clock,
          wrap: (port) => new SerialStream(port),
          attach: (stream) => line.attach(stream),
          detach: (reason) => line.detach(reason),
        }),
    ),
    new SerialConnection({
      path: printerPath,
      baudRate,
      clock,
      wrap: (port) => new PrinterSerialStream(port),
      attach: (stream) => printer.attach(stream),
      detach: () => printer.detach(),
    }),
  ]
  return {
    perform: (effect, done) => peripherals.perform(effect, done),
    cancel: () => peripherals.cancel(),
    onChange: (listener) => peripherals.onChange(listener),
    close: () => {
      for (const connection of connections) connection.close()
      peripherals.close()
    },
  }
}
