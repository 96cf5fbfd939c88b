import { CHIP_SALE } from './chip-sale.ts'
import { ownCodec } from './own-codec.ts'

/** What is measured in one process, by name. */
export interface Candidate {
  /** Bytes of its form of the chip sale. */
  readonly size: number
  readonly works: Readonly<Record<string, () => unknown>>
}

/**
 * The codecs of the comparison. Each is loaded in a process of its own, so that none runs in a heap that another's
 * package has made large; `together` is what this leaves out: ours with both others in one process.
 */
export const CANDIDATES = {
  own: () => {
    const { decode, read, encode } = ownCodec()
    return Promise.resolve({ size: CHIP_SALE.length, works: { decode, read, encode } })
  },
  ascii: async () => {
    const { asciiPeer } = await import('./ascii-peer.ts')
    const { size, decode, encode } = asciiPeer(ownCodec().message)
    return { size, works: { decode, encode } }
  },
  packed: async () => {
    const { packedPeer } = await import('./packed-peer.ts')
    const { message, bytesOf } = ownCodec()
    const { size, decode, encode } = packedPeer(message, CHIP_SALE, bytesOf)
    return { size, works: { decode, encode } }
  },
  together: async () => {
    const [{ asciiPeer }, { packedPeer }] = await Promise.all([
      import('./ascii-peer.ts'),
      import('./packed-peer.ts'),
    ])
    const { message, decode, bytesOf } = ownCodec()
    const ascii = asciiPeer(message)
    const packed = packedPeer(message, CHIP_SALE, bytesOf)
    const others = () => [ascii.decode(), ascii.encode(), packed.decode(), packed.encode()]
    return { size: CHIP_SALE.length, works: { decode, others } }
  },
} satisfies Readonly<Record<string, () => Promise<Candidate>>>

export type CandidateName = keyof typeof CANDIDATES
