import { struct, u8, u16be } from 'buffer-layout'
import { concatBytes } from '../../src/base/bytes.ts'
import { invariant } from '../../src/base/invariant.ts'
import { crc16 } from './crc16.ts'
import { layoutBytes } from './layout-bytes.ts'

/**
 * Link frame between the terminal and a card reader or PIN pad.
 *
 *     offset 0     1         2          3         4..5        6..       last 2
 *            STX   address   sequence   command   size (BE)   payload   CRC (BE)
 *
 * CRC-16/XMODEM over address to payload. Source: docs/peripheral-link.md 2.
 */
export interface LinkFrame {
  /** Of the device, 1 to 127. `FROM_DEVICE` is added in frames that a device sends. */
  readonly address: number
  /** 0 to 255. */
  readonly sequence: number
  readonly command: number
  /** At most `PAYLOAD_SIZE_MAX` bytes. */
  readonly payload: Uint8Array
}

export type LinkItem =
  | { readonly kind: 'frame'; readonly frame: LinkFrame }
  /** Looked like a frame, but its CRC is wrong: none of its members can be trusted. */
  | { readonly kind: 'badCheck'; readonly address: number; readonly sequence: number }
  | { readonly kind: 'noise'; readonly byteCount: number }

export const PAYLOAD_SIZE_MAX = 1024
/** Bit 7 of the address: this frame goes from the device to the terminal. */
export const FROM_DEVICE = 0x80
const STX = 0x02
const CRC_SIZE = 2

interface Header {
  stx: number
  address: number
  sequence: number
  command: number
  size: number
}

const HEADER = struct<Header>([u8('stx'), u8('address'), u8('sequence'), u8('command'), u16be('size')])

/** Bytes of a frame around its payload. */
export const FRAME_OVERHEAD = HEADER.span + CRC_SIZE
export const FRAME_SIZE_MAX = FRAME_OVERHEAD + PAYLOAD_SIZE_MAX

export function encodeFrame({ address, sequence, command, payload }: LinkFrame): Uint8Array {
  invariant(payload.length <= PAYLOAD_SIZE_MAX, `payload of ${payload.length} bytes`)
  const bytes = new Uint8Array(FRAME_OVERHEAD + payload.length)
  HEADER.encode({ stx: STX, address, sequence, command, size: payload.length }, layoutBytes(bytes))
  bytes.set(payload, HEADER.span)
  const crcAt = HEADER.span + payload.length
  const crc = crc16(bytes.subarray(1, crcAt))
  bytes.set([crc >> 8, crc & 0xff], crcAt)
  return bytes
}

/**
 * Finds frames in a byte stream, however it is cut. Holds at most one frame; after damage it looks again one byte
 * on, so that a false STX costs no frame. Frames are copies of what came in.
 */
export class LinkDecoder {
  #pending: Uint8Array = new Uint8Array(0)

  /** Whether a frame has begun and is not complete. */
  get isInFrame(): boolean {
    return this.#pending.length > 0
  }

  push(chunk: Uint8Array): readonly LinkItem[] {
    // A frame mostly comes whole; what is kept beyond this call is copied by `#next`, or here.
    this.#pending = this.#pending.length === 0 ? new Uint8Array(chunk) : concatBytes([this.#pending, chunk])
    return this.#scan()
  }

  /** The rest of a begun frame did not come in time: gives up its first byte and looks at what follows it. */
  giveUp(): readonly LinkItem[] {
    if (this.#pending.length === 0) return []
    return [this.#noise(1), ...this.#scan()]
  }

  /** Forgets a half-received frame. */
  reset(): void {
    this.#pending = new Uint8Array(0)
  }

  #scan(): readonly LinkItem[] {
    const items: LinkItem[] = []
    for (let item = this.#next(); item !== undefined; item = this.#next()) items.push(item)
    return items
  }

  #next(): LinkItem | undefined {
    const pending = this.#pending
    if (pending.length === 0) return undefined
    const start = pending.indexOf(STX)
    if (start !== 0) return this.#noise(start === -1 ? pending.length : start)
    if (pending.length < HEADER.span) return undefined
    const { address, sequence, command, size } = HEADER.decode(layoutBytes(pending))
    if (size > PAYLOAD_SIZE_MAX) return this.#noise(1)
    const crcAt = HEADER.span + size
    if (pending.length < crcAt + CRC_SIZE) return undefined
    const crc = ((pending[crcAt] ?? 0) << 8) | (pending[crcAt + 1] ?? 0)
    if (crc16(pending.subarray(1, crcAt)) !== crc) {
      this.#pending = pending.subarray(1)
      return { kind: 'badCheck', address, sequence }
    }
    this.#pending = pending.subarray(crcAt + CRC_SIZE)
    const payload = pending.slice(HEADER.span, crcAt)
    return { kind: 'frame', frame: { address, sequence, command, payload } }
  }

  #noise(byteCount: number): LinkItem {
    this.#pending = this.#pending.subarray(byteCount)
    return { kind: 'noise', byteCount }
  }
}
