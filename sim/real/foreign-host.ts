import { InvariantError } from '../../src/base/invariant.ts'
import type { ClientStream } from '../../src/host/gateway/client-stream.ts'
import type { StreamDialer } from '../../src/terminal/runtime/dialed-host-link.ts'
import type { RealHost } from './real-world.ts'
import { HostLines } from './tcp-lines.ts'

/** A host that is somebody else's: it is only spoken to. */
export class ForeignHost implements RealHost {
  readonly isUp = true
  readonly books = undefined
  readonly #dialer: StreamDialer
  readonly #lines = new HostLines()

  constructor(dialer: StreamDialer) {
    this.#dialer = dialer
  }

  get connectionCount(): number {
    return this.#lines.count
  }

  accept(stream: ClientStream): void {
    this.#lines.join(stream, this.#dialer)
  }

  dieAtCommit(): never {
    throw notOurs()
  }

  fillDisk(): never {
    throw notOurs()
  }

  restart(): never {
    throw notOurs()
  }

  calm(): Promise<void> {
    return Promise.resolve()
  }

  idle(): Promise<void> {
    return this.#lines.idle()
  }
}

/** Scenarios that need it are not run; see `notProvokable`. */
function notOurs(): InvariantError {
  return new InvariantError('nothing is done to a host that is not ours')
}
