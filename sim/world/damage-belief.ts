import { LINK, REPLY } from '../../hardware/protocol/link-codes.ts'

const ADDRESS_AT = 1
const SEQUENCE_AT = 2
const COMMAND_AT = 3

interface Sent {
  readonly address: number
  readonly sequence: number
  readonly isDamaged: boolean
}

/** Follows one cable: does a device answer a command of which it only got a damaged copy? */
export class DamageBelief {
  #last: Sent | undefined

  /** A chunk to a device, as it was meant. */
  toDevice(chunk: Uint8Array, isDamaged: boolean): void {
    const command = chunk[COMMAND_AT] ?? LINK.ack
    if (command === LINK.ack || command === LINK.nak) return
    const address = chunk[ADDRESS_AT] ?? 0
    const sequence = chunk[SEQUENCE_AT] ?? 0
    // Of a repeat an earlier copy may have been whole.
    const isRepeat = this.#last?.sequence === sequence && this.#last.address === address
    this.#last = { address, sequence, isDamaged: isDamaged && !isRepeat }
  }

  /** Whether a chunk from a device is the answer to a damaged command. */
  isIn(chunk: Uint8Array): boolean {
    const last = this.#last
    if (last?.isDamaged !== true || chunk[SEQUENCE_AT] !== last.sequence) return false
    const isFromIt = ((chunk[ADDRESS_AT] ?? 0) & 0x7f) === last.address
    const command = chunk[COMMAND_AT] ?? 0
    return isFromIt && command !== LINK.nak && command !== LINK.ack && (command & REPLY) !== 0
  }
}
