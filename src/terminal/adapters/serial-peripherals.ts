import type { LineTap } from '../../base/line-tap.ts'
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
  /** Hears each line from when it opens until it ends. */
  readonly tap?: PeripheralTap
}

export type PeripheralTap = (line: 'reader' | 'pinpad' | 'reader+pinpad' | 'printer') => LineTap

const SHARED = 'reader+pinpad'

/** Card reader, PIN pad and printer at real serial ports. Nothing needs to be there: a device may come at any time. */
export function openSerialPeripherals(options: SerialPeripheralsOptions): TerminalPeripherals {
  const { readerPath, pinPadPath, printerPath, baudRate, clock, tap } = options
  const readerLine = new LinkLine(clock)
  const pinPadLine = pinPadPath === readerPath ? readerLine : new LinkLine(clock)
  const printer = new PrinterDriver({ clock, baudRate, encodeText: encodeGb18030 })
  const peripherals = new Peripherals({ clock, readerLine, pinPadLine, printer })
  const lines = new Map([
    [readerPath, { line: readerLine, name: pinPadPath === readerPath ? SHARED : 'reader' }],
    ...(pinPadPath === readerPath ? [] : [[pinPadPath, { line: pinPadLine, name: 'pinpad' }] as const]),
  ] as const)
  const connections = [
    ...[...lines].map(
      ([path, { line, name }]) =>
        new SerialConnection({
          path,
          baudRate,
          clock,
          wrap: (port) => new SerialStream(port, tap?.(name)),
          attach: (stream) => line.attach(stream),
          detach: (reason) => line.detach(reason),
        }),
    ),
    new SerialConnection({
      path: printerPath,
      baudRate,
      clock,
      wrap: (port) => new PrinterSerialStream(port, tap?.('printer')),
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
