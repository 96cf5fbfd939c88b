import { EventEmitter } from 'node:events'
import type { Races } from '../../races.ts'

/** How a host takes a dial. */
export type Welcome = 'takes' | 'refuses' | 'never answers' | 'takes and is gone'

interface SocketWorld {
  readonly races: Races
  readonly welcome: Welcome
  readonly sockets: FakeSocket[]
}

let world: SocketWorld | undefined

export function useSocketWorld(next: SocketWorld): void {
  world = next
}

export function fakeConnect(): FakeSocket {
  if (world === undefined) throw new Error('no socket world')
  const socket = new FakeSocket(world.races, world.welcome)
  world.sockets.push(socket)
  return socket
}

/** A socket as Node has it, at its events: an `error` without a listener would end the program. */
export class FakeSocket extends EventEmitter {
  isDestroyed = false
  isConnected = false
  readonly #races: Races

  constructor(races: Races, welcome: Welcome) {
    super()
    this.#races = races
    if (welcome === 'refuses') races.later('refused', () => this.#fail('ECONNREFUSED'))
    else if (welcome !== 'never answers') races.later('connected', () => this.#connect(welcome))
  }

  setNoDelay(): void {}

  setKeepAlive(): void {}

  write(_bytes: Uint8Array): void {
    // Written to a line that is gone: Node tells it by an error, later.
    if (this.isDestroyed) this.#races.later('write failed', () => this.emit('error', new Error('EPIPE')))
  }

  end(): void {}

  destroySoon(): void {
    this.#races.later('all is written', () => this.destroy())
  }

  destroy(): void {
    if (this.isDestroyed) return
    this.isDestroyed = true
    this.#races.later('closed', () => this.emit('close'))
  }

  #connect(welcome: Welcome): void {
    if (this.isDestroyed) return
    this.isConnected = true
    this.emit('connect')
    for (let chunk = 0; chunk < 3; chunk++) this.#races.later('data', () => this.#read())
    this.#races.later('the host ends', () => {
      if (this.isDestroyed) return
      this.emit('end')
      this.destroy()
    })
    if (welcome === 'takes and is gone') this.#races.later('reset', () => this.#fail('ECONNRESET'))
  }

  #read(): void {
    // What the system had read before it heard of the end.
    if (!this.isDestroyed) this.emit('data', Uint8Array.of(9))
  }

  #fail(code: string): void {
    if (this.isDestroyed) return
    this.emit('error', Object.assign(new Error(code), { code }))
    this.destroy()
  }
}
