import { ISOBasePackager, packer } from 'jspos'
import { toHex } from '../../src/base/bytes.ts'
import type { Message } from '../../src/iso8583/message.ts'
import { requireThat } from '../bench-part.ts'
import { type PeerCodec, presentFields, textOf } from './peer-codec.ts'

/** Fields of the chip sale as the packagers of `jspos` name them; field 22 is filled on the right. */
const PACKED_FIELDS: Readonly<Record<number, readonly [packager: string, size: number, padLeft: boolean]>> = {
  0: ['IFB_NUMERIC', 4, true],
  1: ['IFB_BITMAP', 8, false],
  2: ['IFB_LLNUM', 19, false],
  3: ['IFB_NUMERIC', 6, true],
  4: ['IFB_NUMERIC', 12, true],
  11: ['IFB_NUMERIC', 6, true],
  14: ['IFB_NUMERIC', 4, true],
  22: ['IFB_NUMERIC', 3, false],
  23: ['IFB_NUMERIC', 3, true],
  25: ['IFB_NUMERIC', 2, true],
  26: ['IFB_NUMERIC', 2, true],
  35: ['IFB_LLNUM', 37, false],
  41: ['IF_CHAR', 8, false],
  42: ['IF_CHAR', 15, false],
  49: ['IF_CHAR', 3, false],
  52: ['IFB_BINARY', 8, false],
  53: ['IFB_NUMERIC', 16, true],
  55: ['IFB_LLLBINARY', 255, false],
  60: ['IFB_LLLNUM', 17, false],
  64: ['IFB_BINARY', 8, false],
}

/**
 * npm `jspos`, a port of jPOS: it reads the very same bytes. It writes the letters of an encrypted track as zeros, so
 * it encodes a message whose track has digits alone, of the same size.
 */
export function packedPeer(message: Message, bytes: Uint8Array, encodeOurs: Encode): PeerCodec {
  const packager = new ISOBasePackager()
  packager.setFieldPackager(
    Array.from({ length: 65 }, (_, bit) => {
      const [name, size, padLeft] = PACKED_FIELDS[bit] ?? []
      const Packager = name === undefined ? undefined : packer[name]
      return Packager === undefined ? undefined : new Packager(size ?? 0, '', padLeft ?? false)
    }),
  )
  const wire = [...bytes]
  const decode = () => {
    const composite = packager.createISOMsg()
    composite.unpack(wire)
    return composite
  }
  const decoded = decode()
  const lost = presentFields(message).find(([bit, text]) => {
    const theirs = decoded.getValue(bit)
    return typeof message.fields[bit] === 'string' && String(theirs).toUpperCase() !== text.replace('D', '=')
  })
  requireThat(lost === undefined, `jspos did not give field ${lost?.[0]} back`)
  const track = textOf(message.fields[35] ?? '').replace(/[A-F]/g, '0')
  const plain: Message = { mti: message.mti, fields: { ...message.fields, 35: track } }
  const fields = presentFields(plain)
  const encode = (): readonly number[] => {
    const composite = packager.createISOMsg()
    composite.setMTI(plain.mti)
    for (const [bit, text] of fields) composite.setField(bit, text)
    return composite.pack()
  }
  requireThat(toHex(Uint8Array.from(encode())) === toHex(encodeOurs(plain)), 'jspos wrote other bytes')
  return { size: bytes.length, decode, encode }
}

type Encode = (message: Message) => Uint8Array
