import type { TerminalPeripherals } from '../../../src/terminal/adapters/open-terminal.ts'
import type { DeviceReportAnswer, PeripheralEffect } from '../../../src/terminal/flows/peripheral-effect.ts'

/** A PIN pad that loads any key; a reader whose card never comes; a printer that prints. */
export class FakePeripherals implements TerminalPeripherals {
  closed = false
  readonly asked: string[] = []
  #waiting: ((answer: { readonly kind: 'cancelled' }) => void) | undefined
  #listener: (report: DeviceReportAnswer) => void = () => {}
  /** Called when something waits for a person. */
  waits: () => void = () => {}

  readonly perform: TerminalPeripherals['perform'] = (effect, done) => {
    this.asked.push(effect.kind)
    const answer = this.#answer(effect)
    // The answers below are those of each effect's kind.
    if (answer !== undefined) done(answer as Parameters<typeof done>[0])
    else {
      this.#waiting = (cancelled) => done(cancelled as Parameters<typeof done>[0])
      this.waits()
    }
  }

  cancel(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.({ kind: 'cancelled' })
  }

  onChange(listener: (report: DeviceReportAnswer) => void): void {
    this.#listener = listener
  }

  report(report: DeviceReportAnswer): void {
    this.#listener(report)
  }

  close(): void {
    this.closed = true
  }

  #answer(effect: PeripheralEffect): unknown {
    switch (effect.kind) {
      case 'pinPad':
        return effect.command.op === 'loadMasterKey'
          ? { kind: 'masterKeyLoaded', checkValue: new Uint8Array([0x82, 0xe1, 0x36]) }
          : { kind: 'done' }
      case 'print':
        return { kind: 'printed', paperNearEnd: false }
      case 'deviceReport':
        return {
          kind: 'devices',
          devices: [{ device: 'printer', state: 'missing', detail: 'not connected' }],
        }
      case 'releaseCard':
        return { kind: 'done' }
      default:
        return undefined
    }
  }
}
