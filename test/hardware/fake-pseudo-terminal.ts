import type { ByteStream } from '../../src/base/ports.ts'
import type { Races } from '../races.ts'

/** One pair that was opened. */
export interface FakePair {
  isOpen: boolean
}

interface PseudoTerminals {
  readonly races: Races
  readonly pairs: FakePair[]
  /** Whether there are some on this system. */
  readonly opens: boolean
}

let world: PseudoTerminals | undefined

export function usePseudoTerminals(next: PseudoTerminals): void {
  world = next
}

/** Opens in its own time, as the system does. */
export function openFakePair(): Promise<{ readonly path: string; readonly stream: ByteStream }> {
  if (world === undefined) throw new Error('no pseudo-terminals')
  const { races, pairs, opens } = world
  return new Promise((resolve, reject) => {
    races.later('opened', () => {
      if (!opens) {
        reject(new Error('can not be opened'))
        return
      }
      const pair: FakePair = { isOpen: true }
      pairs.push(pair)
      const stream: ByteStream = {
        write() {},
        listen() {},
        close() {
          pair.isOpen = false
        },
      }
      resolve({ path: `/dev/pts/fake${pairs.length}`, stream })
    })
  })
}
