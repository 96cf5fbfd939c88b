import { initialState } from '../../../src/terminal/flows/terminal-state.ts'
import type { TerminalWorld } from '../../../src/terminal/runtime/terminal-world.ts'
import type { Races } from '../../races.ts'

/** What the world is asked to do, and what it does at the same time. */
export class RacingWorld {
  readonly performed: string[] = []
  /** Effects that have begun and not been answered, withdrawn or ended. */
  readonly open = new Set<string>()
  openMax = 0
  readonly #races: Races
  readonly #isAppendDurable: () => boolean
  #cancelPeripheral: (() => void) | undefined

  constructor(races: Races, isAppendDurable: () => boolean) {
    this.#races = races
    this.#isAppendDurable = isAppendDurable
  }

  get parts(): TerminalWorld {
    const { clock } = this.#races
    const at = (name: string, done: () => void): void => this.#begin(name, done)
    return {
      clock: { ...clock, setLocalTime: () => {} },
      random: { bytes: (size) => new Uint8Array(size) },
      keeper: {
        state: initialState,
        append: (_records, done) =>
          at('append', () =>
            done(this.#isAppendDurable() ? { kind: 'durable' } : { kind: 'failed', reason: 'disk full' }),
          ),
      },
      hostLink: {
        send: (_frame, done) => at('send', () => done({ kind: 'sent' })),
        receive: (_timeoutMs, done) => at('receive', () => done({ kind: 'timeout' })),
        disconnect: () => this.performed.push('disconnect'),
      },
      panel: {
        show: () => this.performed.push('display'),
        ask: (_question, done) => at('ask', () => done({ kind: 'confirmed' })),
        withdraw: () => this.open.delete('ask'),
      },
      peripherals: {
        perform: (effect, done) => {
          const answer = done as (value: unknown) => void
          let isOpen = true
          const finish = (value: unknown): void => {
            if (!isOpen) return
            isOpen = false
            this.#cancelPeripheral = undefined
            answer(value)
          }
          if (effect.kind === 'awaitCard') {
            this.#cancelPeripheral = () => {
              this.open.delete('awaitCard')
              finish({ kind: 'cancelled' })
            }
          }
          const value =
            effect.kind === 'deviceReport' ? { kind: 'devices', devices: [] } : { kind: 'timeout' }
          at(effect.kind, () => finish(value))
        },
        cancel: () => this.#cancelPeripheral?.(),
      },
      passwords: { derive: (_password, _salt, done) => at('derive', () => done(Uint8Array.of(1))) },
      storage: { freeBytes: (done) => at('storage', () => done(1)) },
    }
  }

  #begin(name: string, done: () => void): void {
    this.performed.push(name)
    this.open.add(name)
    this.openMax = Math.max(this.openMax, this.open.size)
    this.#races.later(name, () => {
      // A panel may answer in the moment in which its question is withdrawn: the interpreter must bear it.
      this.open.delete(name)
      done()
    })
  }
}
