import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc16 } from '../../../hardware/protocol/crc16.ts'
import {
  encodeFrame,
  FRAME_OVERHEAD,
  FRAME_SIZE_MAX,
  LinkDecoder,
  type LinkFrame,
  PAYLOAD_SIZE_MAX,
} from '../../../hardware/protocol/link-frame.ts'
import { asciiToBytes, concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'

const byte = fc.integer({ min: 0, max: 255 })
const frame: fc.Arbitrary<LinkFrame> = fc.record({
  address: byte,
  sequence: byte,
  command: byte,
  payload: fc.uint8Array({ maxLength: 60 }),
})

function framesOf(decoder: LinkDecoder, chunks: readonly Uint8Array[]): readonly LinkFrame[] {
  return chunks.flatMap((chunk) =>
    decoder.push(chunk).flatMap((item) => (item.kind === 'frame' ? [item.frame] : [])),
  )
}

function cut(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = []
  let at = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...chunks, bytes.subarray(at)]
}

describe('link frame', () => {
  it('has the published check value', () => {
    expect(crc16(asciiToBytes('123456789'))).toBe(0x31c3)
  })

  it('has the documented bytes', () => {
    const bytes = encodeFrame({ address: 1, sequence: 7, command: 0x22, payload: fromHex('00A40400') })
    expect(toHex(bytes.subarray(0, -2))).toBe('02010722000400A40400')
    expect(bytes.length).toBe(FRAME_OVERHEAD + 4)
    expect(crc16(bytes.subarray(1))).toBe(0)
  })

  it('comes back from any chunking, many in a row', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 9 })),
        (frames, sizes) => {
          const bytes = concatBytes(frames.map(encodeFrame))
          expect(framesOf(new LinkDecoder(), cut(bytes, sizes))).toEqual(frames)
        },
      ),
    )
  })

  it('is not found in any truncation of it', () => {
    fc.assert(
      fc.property(frame, fc.nat(), (each, at) => {
        const bytes = encodeFrame(each)
        const decoder = new LinkDecoder()
        expect(framesOf(decoder, [bytes.subarray(0, at % bytes.length)])).toEqual([])
      }),
    )
  })

  it('is refused with any one bit changed, and the next one is found', () => {
    fc.assert(
      fc.property(frame, frame, fc.nat(), fc.integer({ min: 0, max: 7 }), (each, next, at, bit) => {
        const bytes = encodeFrame(each)
        const index = at % bytes.length
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit)
        const decoder = new LinkDecoder()
        const found = [...framesOf(decoder, [bytes, encodeFrame(next)])]
        // A changed size may swallow what follows until the gap time-out gives it up.
        for (let given = 0; decoder.isInFrame && given < 2000; given++) {
          for (const item of decoder.giveUp()) if (item.kind === 'frame') found.push(item.frame)
        }
        expect(found).toContainEqual(next)
        expect(
          found.filter(
            (other) =>
              toHex(encodeFrame(other)) === toHex(encodeFrame(each)) &&
              toHex(encodeFrame(each)) !== toHex(encodeFrame(next)),
          ),
        ).toEqual([])
      }),
    )
  })

  it('is found behind noise with false beginnings', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.uint8Array({ maxLength: 12 }), frame), { maxLength: 5 }), (parts) => {
        const decoder = new LinkDecoder()
        const found = parts.flatMap(([noise, each]) => {
          const items = [...decoder.push(concatBytes([noise, encodeFrame(each)]))]
          while (decoder.isInFrame) items.push(...decoder.giveUp())
          return items.flatMap((item) => (item.kind === 'frame' ? [item.frame] : []))
        })
        for (const [, each] of parts) expect(found).toContainEqual(each)
      }),
    )
  })

  it('holds no more than one frame and takes no announced size beyond its maximum', () => {
    const decoder = new LinkDecoder()
    const huge = fromHex('02010103FFFF')
    expect(decoder.push(huge).every(({ kind }) => kind === 'noise')).toBe(true)
    expect(() =>
      encodeFrame({ address: 1, sequence: 1, command: 1, payload: new Uint8Array(PAYLOAD_SIZE_MAX + 1) }),
    ).toThrow('payload of 1025 bytes')
    expect(FRAME_SIZE_MAX).toBe(1032)
  })
})
