import { concatBytes, equalBytes } from '../../../src/base/bytes.ts'
import {
  LENGTH_PREFIXES,
  lengthPrefixBytes,
  readLengthPrefix,
  tryLengthPrefixBytes,
} from '../../../src/iso8583/framing/length-prefix.ts'
import { type StreamItem, StreamSplitter } from '../../../src/iso8583/framing/stream-splitter.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'

const FRAME_SIZES_MAX = [8, 300, 4096] as const
const CHUNKS = 6
const HEAD_SIZE = 2 + CHUNKS

/** Prefix, largest frame, sizes of chunks, then the stream. However it is cut, the frames are the same. */
export const target: FuzzTarget = {
  sizeMax: 2048,
  seeds: () =>
    LENGTH_PREFIXES.flatMap((prefix, index) =>
      [[], [0], [5, 0, 12], [200, 1]].map((sizes) =>
        concatBytes([
          Uint8Array.of(index, 1, 1, 3, 0, 7, 2, 90),
          ...sizes.flatMap((size) => [lengthPrefixBytes(prefix, size), new Uint8Array(size).fill(0x31)]),
        ]),
      ),
    ),
  run(input) {
    const reader = new InputReader(input)
    const prefix = reader.pick(LENGTH_PREFIXES)
    const frameSizeMax = reader.pick(FRAME_SIZES_MAX)
    const chunkSizes = Array.from({ length: CHUNKS }, () => reader.byte())
    const stream = reader.rest()
    const whole = new StreamSplitter({ prefix, frameSizeMax }).push(stream).map(copied)
    const splitter = new StreamSplitter({ prefix, frameSizeMax })
    const pieces: StreamItem[] = []
    for (let at = 0, turn = 0; at < stream.length; turn++) {
      const size = Math.max(1, chunkSizes[turn % CHUNKS] ?? 1)
      // Fresh memory that is spoilt afterwards: an item must not need it once it was copied.
      const chunk = stream.slice(at, at + size)
      pieces.push(...splitter.push(chunk).map(copied))
      chunk.fill(0xee)
      at += size
      must(splitter.pendingSize <= 4 + frameSizeMax, 'more is held than one frame')
    }
    must(whole.length === pieces.length, 'another number of frames in pieces')
    for (const [index, item] of whole.entries()) {
      const other = pieces[index]
      must(other?.kind === item.kind, 'another kind of item in pieces')
      if (item.kind === 'frame' && other?.kind === 'frame') {
        must(equalBytes(item.frame, other.frame), 'another frame in pieces')
        must(item.frame.length <= frameSizeMax, 'a frame above the limit')
        const head = tryLengthPrefixBytes(prefix, item.frame.length)
        must(
          head !== undefined && readLengthPrefix(prefix, head, 0) === item.frame.length,
          'a length that can not be written',
        )
      }
    }
  },
  /** Puts the length of the first frame right. */
  repair(input) {
    const reader = new InputReader(input)
    const prefix = reader.pick(LENGTH_PREFIXES)
    const size = prefix.startsWith('binary2') ? 2 : 4
    const body = input.slice(HEAD_SIZE + size)
    const head = tryLengthPrefixBytes(prefix, body.length)
    return head === undefined ? input : concatBytes([input.subarray(0, HEAD_SIZE), head, body])
  },
}

function copied(item: StreamItem): StreamItem {
  return item.kind === 'frame' ? { kind: 'frame', frame: Uint8Array.from(item.frame) } : item
}
