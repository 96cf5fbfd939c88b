import Iso8583 from 'iso_8583'
import { ISOBasePackager, packer } from 'jspos'
import { toHex } from '../src/base/bytes.ts'
import type { Message } from '../src/iso8583/message.ts'
import { requireThat } from './bench-part.ts'

/** A codec of someone else, on its closest form of one message. */
export interface PeerCodec {
  readonly name: string
  /** Bytes of its form of the message. */
  readonly size: number
  decode(): unknown
  encode(): unknown
}

function textOf(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : toHex(value)
}

function presentFields({ fields }: Message): readonly (readonly [bit: number, text: string])[] {
  return Object.entries(fields).flatMap(([bit, value]) =>
    value === undefined ? [] : [[Number(bit), textOf(value)] as const],
  )
}

/** Fields whose form in UnionPay's dialect is not that of the package's tables. */
const ASCII_FORMS = {
  53: { ContentType: 'n', Label: 'Security related control information', LenType: 'fixed', MaxLen: 16 },
  64: { ContentType: 'b', Label: 'Message authentication code', LenType: 'fixed', MaxLen: 16 },
}

/** npm `iso_8583`: it knows no packed digits, so its message has the same values as ASCII. */
export function asciiPeer(message: Message): PeerCodec {
  const fields: Record<string, string> = { 0: message.mti }
  for (const [bit, text] of presentFields(message)) fields[bit] = text
  const bytes = new Iso8583(fields, ASCII_FORMS).getBufferMessage()
  requireThat(bytes instanceof Uint8Array, `iso_8583 did not encode: ${JSON.stringify(bytes)}`)
  const back = new Iso8583({}, ASCII_FORMS).getIsoJSON(bytes)
  const lost = Object.entries(fields).find(([bit, text]) => back[bit]?.toUpperCase() !== text)
  requireThat(lost === undefined, `iso_8583 did not give field ${lost?.[0]} back`)
  return {
    name: 'npm iso_8583 (ASCII)',
    size: bytes.length,
    decode: () => new Iso8583({}, ASCII_FORMS).getIsoJSON(bytes),
    encode: () => new Iso8583(fields, ASCII_FORMS).getBufferMessage(),
  }
}

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
  return { name: 'npm jspos (BCD)', size: bytes.length, decode, encode }
}

type Encode = (message: Message) => Uint8Array
