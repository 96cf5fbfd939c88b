import { EventEmitter } from 'node:events'
import type { Races } from '../../races.ts'

/** What stands behind all fake ports of one test. */
export interface SerialWorld {
  readonly races: Races
  /** Whether a device is there, each time that it is looked for; afterwards never. */
  readonly found: boolean[]
  /** Whether what was found is pulled again by itself. */
  readonly isPulled: boolean
  readonly ports: FakeSerialPort[]
}

let world: SerialWorld | undefined

export function useSerialWorld(next: SerialWorld): void {
  world = next
}

/** A serial port as the package has it: opening, reading and closing take their own time. */
export class FakeSerialPort extends EventEmitter {
  isOpen = false
  /** The operating system has it open. */
  hasHandle = false
  readonly written: Uint8Array[] = []
  readonly #world: SerialWorld

  constructor() {
    super()
    if (world === undefined) throw new Error('no serial world')
    this.#world = world
    world.ports.push(this)
  }

  open(done: (error: Error | null) => void): void {
    const { races, found, isPulled } = this.#world
    races.later('open', () => {
      if (found.shift() !== true) {
        done(new Error('No such file or directory'))
        return
      }
      this.isOpen = true
      this.hasHandle = true
      done(null)
      races.later('data', () => this.#read())
      races.later('data', () => this.#read())
      if (isPulled) races.later('pulled', () => this.#lose())
    })
  }

  write(bytes: Uint8Array): void {
    if (!this.isOpen) throw new Error('written to a closed port')
    this.written.push(bytes)
  }

  close(done: (error: Error | null) => void): void {
    if (!this.isOpen) {
      done(new Error('Port is not open'))
      return
    }
    this.isOpen = false
    this.#world.races.later('closed', () => {
      this.#end()
      done(null)
    })
  }

  /** A read that was under way comes back while the port is being closed, too. */
  #read(): void {
    if (this.hasHandle) this.emit('data', Uint8Array.of(1, 2, 3, 4))
  }

  #lose(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#end()
  }

  #end(): void {
    if (!this.hasHandle) return
    this.hasHandle = false
    this.emit('close')
  }
}
