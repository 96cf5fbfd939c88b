import { toHex } from '../../src/base/bytes.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import { type BenchPart, compareWith, measureOf, requireThat } from '../bench-part.ts'
import { CHIP_SALE } from '../chip-sale.ts'
import { timeTogether } from '../measure.ts'
import { asciiPeer, packedPeer } from '../peers.ts'
import type { Measure } from '../results.ts'

/** Card number, processing code, amount, trace number, terminal, merchant: what routing a request needs. */
const READ_BITS = [2, 3, 4, 11, 41, 42]
const ROOM = 1024

/** Decoding, reading and encoding of one chip sale of the UnionPay POS dialect, field 55 with it. */
export const codec: BenchPart = {
  run({ rounds }) {
    const compiled = compileSpec(UNIONPAY_POS)
    const decoded = compiled.decode(CHIP_SALE)
    requireThat(decoded.ok, 'the chip sale does not decode')
    const message = decoded.value
    const target = new Uint8Array(ROOM)
    const end = compiled.encodeInto(message, target, 0)
    requireThat(toHex(target.subarray(0, end)) === toHex(CHIP_SALE), 'the chip sale is encoded otherwise')
    const view = compiled.createView()
    const indexAndRead = (): number => {
      let size = view.index(CHIP_SALE, 0, CHIP_SALE.length) ? 1 : 0
      for (const bit of READ_BITS) size += view.text(bit)?.length ?? 0
      return size
    }
    requireThat(indexAndRead() === 1 + 16 + 6 + 12 + 6 + 8 + 15, 'the six fields read otherwise')
    const ascii = asciiPeer(message)
    const packed = packedPeer(message, CHIP_SALE, (plain) => {
      const end = compiled.encodeInto(plain, target, 0)
      return target.slice(0, end)
    })
    const times = timeTogether(
      {
        decode: () => compiled.decode(CHIP_SALE),
        read: indexAndRead,
        encode: () => compiled.encodeInto(message, target, 0),
        asciiDecode: ascii.decode,
        asciiEncode: ascii.encode,
        packedDecode: packed.decode,
        packedEncode: packed.encode,
      },
      rounds,
    )
    const note = `${CHIP_SALE.length} bytes on the wire; ${ascii.name} ${ascii.size}, ${packed.name} ${packed.size}`
    const nanoseconds = { unit: 'ns', better: 'lower' } as const
    const measures: readonly Measure[] = [
      measureOf({
        ...nanoseconds,
        name: 'decode all fields, digits checked',
        sample: times.decode,
        comparisons: [
          compareWith(ascii.name, 'lower', times.decode, times.asciiDecode, 15),
          compareWith(packed.name, 'lower', times.decode, times.packedDecode),
        ],
        limit: 500,
        note,
      }),
      measureOf({ ...nanoseconds, name: 'index and 6 reads', sample: times.read, limit: 200 }),
      measureOf({
        ...nanoseconds,
        name: 'encode',
        sample: times.encode,
        comparisons: [
          compareWith(ascii.name, 'lower', times.encode, times.asciiEncode),
          compareWith(packed.name, 'lower', times.encode, times.packedEncode),
        ],
        limit: 300,
      }),
    ]
    return Promise.resolve(measures)
  },
}
