import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../../src/base/bytes.ts'
import { parseEnvelope, replyEnvelope, swapTpdu } from '../../src/iso8583/framing/envelope.ts'
import {
  LENGTH_PREFIXES,
  lengthPrefixBytes,
  readLengthPrefix,
  tryLengthPrefixBytes,
} from '../../src/iso8583/framing/length-prefix.ts'
import { formatPosHeader, parsePosHeader } from '../../src/iso8583/framing/pos-header.ts'
import { type StreamItem, StreamSplitter } from '../../src/iso8583/framing/stream-splitter.ts'

const frames = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 })
const prefixes = fc.constantFrom(...LENGTH_PREFIXES)

/** Feeds `stream` in pieces of the given sizes, over and over; copies what comes. */
function split(
  splitter: StreamSplitter,
  stream: Uint8Array,
  sizes: readonly number[],
): readonly StreamItem[] {
  const items: StreamItem[] = []
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % Math.max(1, sizes.length)] ?? stream.length
    // A receive buffer that is used again: what the splitter keeps must be its own.
    const chunk = stream.slice(at, at + size)
    for (const item of splitter.push(chunk)) {
      items.push(item.kind === 'frame' ? { kind: 'frame', frame: item.frame.slice() } : item)
    }
    chunk.fill(0xee)
    at += size
  }
  return items
}

describe('stream splitter', () => {
  it('any cut of a stream gives the same frames', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 8 })
    fc.assert(
      fc.property(prefixes, frames, sizes, (prefix, wanted, cuts) => {
        const stream = concatBytes(
          wanted.flatMap((frame) => [lengthPrefixBytes(prefix, frame.length), frame]),
        )
        const splitter = new StreamSplitter({ prefix, frameSizeMax: 300 })
        const seen = split(splitter, stream, cuts)
        expect(seen.map((item) => item.kind === 'frame' && toHex(item.frame))).toEqual(wanted.map(toHex))
        expect(splitter.pendingSize).toBe(0)
      }),
    )
  })

  it('byte by byte', () => {
    const splitter = new StreamSplitter({ prefix: 'binary2', frameSizeMax: 10 })
    expect(split(splitter, Uint8Array.of(0, 2, 7, 8, 0, 0, 0, 1, 9), [1])).toEqual([
      { kind: 'frame', frame: Uint8Array.of(7, 8) },
      { kind: 'frame', frame: new Uint8Array(0) },
      { kind: 'frame', frame: Uint8Array.of(9) },
    ])
  })

  it('a frame above the maximum is told once, at once, and nothing follows', () => {
    const splitter = new StreamSplitter({ prefix: 'binary2', frameSizeMax: 100 })
    const stream = concatBytes([Uint8Array.of(0, 1, 5), Uint8Array.of(0, 101), new Uint8Array(500)])
    expect(split(splitter, stream, [4])).toEqual([
      { kind: 'frame', frame: Uint8Array.of(5) },
      { kind: 'oversized', size: 101 },
    ])
    expect(splitter.pendingSize).toBe(0)
  })

  it('letters where an ASCII length belongs are told', () => {
    const splitter = new StreamSplitter({ prefix: 'ascii4', frameSizeMax: 100 })
    expect(splitter.push(new TextEncoder().encode('GET / HTTP/1.1'))).toEqual([{ kind: 'badLength' }])
    splitter.reset()
    expect(splitter.push(new TextEncoder().encode('0002OK'))).toHaveLength(1)
  })

  it('a large frame in small pieces costs linear time', () => {
    const splitter = new StreamSplitter({ prefix: 'binary4', frameSizeMax: 1 << 24 })
    const size = 1 << 20
    const stream = concatBytes([lengthPrefixBytes('binary4', size), new Uint8Array(size)])
    let seen = 0
    for (let at = 0; at < stream.length; at += 7) seen += splitter.push(stream.subarray(at, at + 7)).length
    expect(seen).toBe(1)
  })
})

describe('length prefix', () => {
  it('reads what it writes, and says what it cannot announce', () => {
    fc.assert(
      fc.property(prefixes, fc.nat(9995), (prefix, size) => {
        expect(readLengthPrefix(prefix, lengthPrefixBytes(prefix, size), 0)).toBe(size)
      }),
    )
    expect(tryLengthPrefixBytes('ascii4', 10_000)).toBeUndefined()
    expect(tryLengthPrefixBytes('binary2', 65_536)).toBeUndefined()
    expect(readLengthPrefix('binary2Inclusive', Uint8Array.of(0, 1), 0)).toBeUndefined()
  })
})

describe('envelope', () => {
  it('a reply goes back the way it came', () => {
    expect(swapTpdu('6000030000')).toBe('6000000003')
    expect(replyEnvelope({ tpdu: '6000030001', header: '603200320001' }, '3')).toEqual({
      tpdu: '6000010003',
      header: '603203320001',
    })
    expect(replyEnvelope({})).toEqual({})
  })

  it('a frame shorter than its envelope is none', () => {
    expect(parseEnvelope(new Uint8Array(10), 'tpduAndHeader')).toBeUndefined()
    expect(parseEnvelope(new Uint8Array(11), 'tpduAndHeader')?.start).toBe(11)
  })

  it('the header has parts', () => {
    const header = parsePosHeader('613201320001')
    expect(header).toEqual({
      applicationClass: '61',
      softwareMajorVersion: '32',
      terminalStatus: '0',
      processingRequest: '1',
      softwareMinorVersion: '320001',
    })
    expect(header && formatPosHeader(header)).toBe('613201320001')
    expect(parsePosHeader('61320132000')).toBeUndefined()
  })
})
