import { toHex } from '../../src/base/bytes.ts'
import type { Message } from '../../src/iso8583/message.ts'

/** A codec of someone else, on its closest form of one message. */
export interface PeerCodec {
  /** Bytes of its form of the message. */
  readonly size: number
  decode(): unknown
  encode(): unknown
}

/** A value as peers take it: bytes as hexadecimal digits. */
export function textOf(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : toHex(value)
}

export function presentFields({ fields }: Message): readonly (readonly [bit: number, text: string])[] {
  return Object.entries(fields).flatMap(([bit, value]) =>
    value === undefined ? [] : [[Number(bit), textOf(value)] as const],
  )
}
