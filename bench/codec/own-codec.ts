import { toHex } from '../../src/base/bytes.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import type { Message } from '../../src/iso8583/message.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import { requireThat } from '../bench-part.ts'
import { CHIP_SALE } from './chip-sale.ts'

/** Card number, processing code, amount, trace number, terminal, merchant: what routing a request needs. */
const READ_BITS = [2, 3, 4, 11, 41, 42]
const ROOM = 1024

/** The codec of the project on the chip sale, each of its three works checked once. */
export interface OwnCodec {
  /** The chip sale as fields. */
  readonly message: Message
  decode(): unknown
  /** Index, and six reads. */
  read(): unknown
  encode(): unknown
  /** Bytes of another message. */
  bytesOf(message: Message): Uint8Array
}

/** @throws {BenchFailure} when the codec does not give back what it got. */
export function ownCodec(): OwnCodec {
  const compiled = compileSpec(UNIONPAY_POS)
  const decoded = compiled.decode(CHIP_SALE)
  requireThat(decoded.ok, 'the chip sale does not decode')
  const message = decoded.value
  const target = new Uint8Array(ROOM)
  const bytesOf = (other: Message): Uint8Array => target.slice(0, compiled.encodeInto(other, target, 0))
  requireThat(toHex(bytesOf(message)) === toHex(CHIP_SALE), 'the chip sale is encoded otherwise')
  const view = compiled.createView()
  const read = (): number => {
    let size = view.index(CHIP_SALE, 0, CHIP_SALE.length) ? 1 : 0
    for (const bit of READ_BITS) size += view.text(bit)?.length ?? 0
    return size
  }
  requireThat(read() === 1 + 16 + 6 + 12 + 6 + 8 + 15, 'the six fields read otherwise')
  return {
    message,
    decode: () => compiled.decode(CHIP_SALE),
    read,
    encode: () => compiled.encodeInto(message, target, 0),
    bytesOf,
  }
}
