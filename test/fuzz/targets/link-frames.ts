import { crc16 } from '../../../hardware/protocol/crc16.ts'
import {
  encodeFrame,
  FRAME_SIZE_MAX,
  LinkDecoder,
  type LinkItem,
} from '../../../hardware/protocol/link-frame.ts'
import { concatBytes, equalBytes } from '../../../src/base/bytes.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'

const CHUNKS = 4

/** Sizes of chunks, then the stream: the frames are the same however it is cut, and no byte is lost or made up. */
export const target: FuzzTarget = {
  sizeMax: 1400,
  seeds: () => {
    const frames = [0, 1, 40, 300].map((size, sequence) =>
      encodeFrame({ address: 0x81, sequence, command: 0xa0, payload: new Uint8Array(size).fill(2) }),
    )
    return [
      Uint8Array.from([1, 2, 3, 4, ...concatBytes(frames)]),
      Uint8Array.from([0, 0, 0, 9, 2, 2, 2, ...concatBytes(frames.slice(0, 2)), 7]),
    ]
  },
  run(input) {
    const reader = new InputReader(input)
    const sizes = Array.from({ length: CHUNKS }, () => reader.byte())
    const stream = reader.rest()
    const whole = decoded(stream, [stream.length])
    const pieces = decoded(stream, sizes)
    must(bytesOf(whole) === stream.length && bytesOf(pieces) === stream.length, 'bytes are lost or made up')
    const [left, right] = [told(whole), told(pieces)]
    must(left.length === right.length, 'another number of frames in pieces')
    for (const [index, item] of left.entries()) {
      const other = right[index]
      must(other?.kind === item.kind, 'another kind of item in pieces')
      if (item.kind === 'frame' && other?.kind === 'frame')
        must(equalBytes(encodeFrame(item.frame), encodeFrame(other.frame)), 'another frame in pieces')
    }
  },
  /** The CRC of the first frame that claims to be there. */
  repair(input) {
    const at = input.indexOf(2, CHUNKS)
    if (at < 0 || at + 8 > input.length) return input
    const bytes = Uint8Array.from(input)
    const size = Math.min(((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0), input.length - at - 8)
    bytes[at + 4] = size >> 8
    bytes[at + 5] = size & 0xff
    const crc = crc16(bytes.subarray(at + 1, at + 6 + size))
    bytes[at + 6 + size] = crc >> 8
    bytes[at + 7 + size] = crc & 0xff
    return bytes
  },
}

function decoded(stream: Uint8Array, sizes: readonly number[]): readonly LinkItem[] {
  const decoder = new LinkDecoder()
  const items: LinkItem[] = []
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1)
    const chunk = stream.slice(at, at + size)
    items.push(...decoder.push(chunk))
    chunk.fill(0xee)
    at += size
  }
  for (let left = FRAME_SIZE_MAX + stream.length; decoder.isInFrame; left--) {
    must(left > 0, 'giving up does not end')
    items.push(...decoder.giveUp())
  }
  return items
}

/** A damaged frame counts for its first byte: what is behind it is looked at again. */
function bytesOf(items: readonly LinkItem[]): number {
  return items.reduce((sum, item) => {
    if (item.kind === 'noise') return sum + item.byteCount
    return sum + (item.kind === 'frame' ? encodeFrame(item.frame).length : 1)
  }, 0)
}

function told(items: readonly LinkItem[]): readonly LinkItem[] {
  return items.filter(({ kind }) => kind !== 'noise')
}
