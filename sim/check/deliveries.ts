import type { FaultKind } from '../plan/fault-kinds.ts'

interface LastSent {
  readonly key: string
  /** The one before it. */
  readonly older: string | undefined
  isDamaged: boolean
}

const DAMAGE: readonly FaultKind[] = ['corruptRequest', 'wrongRequestMac', 'corruptReply', 'wrongMacReply']

/**
 * How many whole copies of each message the lines were given. One of which there is none can only have been believed
 * without its MAC being right.
 */
export class Deliveries {
  readonly #whole = new Map<string, number>()
  readonly #last = new Map<string, LastSent>()

  /** A message leaves; the faults that strike it are told right after. `isWhole`: its MAC is right. */
  sent(terminal: string, direction: 'request' | 'reply', mti: string, stan: string, isWhole: boolean): void {
    const key = `${terminal}/${mti}/${stan}`
    const line = `${terminal} ${direction}`
    this.#last.set(line, { key, older: this.#last.get(line)?.key, isDamaged: !isWhole })
    this.#add(key, isWhole ? 1 : 0)
  }

  struck(terminal: string, kind: FaultKind): void {
    const direction = kind.includes('Request') ? 'request' : 'reply'
    const last = this.#last.get(`${terminal} ${direction}`)
    if (last === undefined) return
    if (DAMAGE.includes(kind) && !last.isDamaged) {
      last.isDamaged = true
      this.#add(last.key, -1)
    } else if (kind === 'duplicateRequest' || kind === 'duplicateReply') this.#add(last.key, 1)
    else if (kind === 'reorderRequests' && last.older !== undefined) this.#add(last.older, 1)
  }

  /** Whether a whole copy of this message was given to the line. */
  hadWhole(terminal: string, mti: string, stan: string): boolean {
    return (this.#whole.get(`${terminal}/${mti}/${stan}`) ?? 0) > 0
  }

  #add(key: string, count: number): void {
    this.#whole.set(key, (this.#whole.get(key) ?? 0) + count)
  }
}

/** Message type of the reply to `mti`. */
export function replyType(mti: string): string {
  return String(Number(mti) + 10).padStart(4, '0')
}
