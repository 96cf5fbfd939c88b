import iconv from 'iconv-lite'
import { crc16 } from '../../../hardware/protocol/crc16.ts'
import { asciiToBytes, toHex } from '../../base/bytes.ts'
import { CalcFailure } from './calc-failure.ts'
import { type CalcInputs, isOneByteText } from './calc-inputs.ts'
import { type CalcOutputs, type Operation, outputs } from './operation.ts'

/** GB18030 both ways. */
export const TEXT: Operation = {
  category: 'text',
  zh: 'GB18030 文字',
  en: 'GB18030 text',
  inputs: [
    ['hex', 'bytes: gives the text'],
    ['text', 'text: gives the bytes'],
  ],
  run(inputs) {
    if (inputs.has('text')) return { hex: toHex(iconv.encode(inputs.text('text'), 'gb18030')) }
    const bytes = inputs.hex('hex')
    const text = iconv.decode(Buffer.from(bytes), 'gb18030')
    if (text.includes('\ufffd')) throw new CalcFailure('hex is no GB18030 text')
    return { text }
  },
}

/** Bits of a character and where the characters begin, by track. Source: ISO/IEC 7811-2, 7 to 9. */
const TRACKS = {
  track1: { base: 0x20, bits: 6 },
  track2: { base: 0x30, bits: 4 },
  track3: { base: 0x30, bits: 4 },
} as const

/** Source: ISO/IEC 7811-2, 8.2: the check character makes each column of data bits even. */
export const TRACK: Operation = {
  category: 'track',
  zh: '磁道 LRC',
  en: 'check character of a track',
  inputs: [
    ['track1', 'from % to ?'],
    ['track2', 'from ; to ?'],
    ['track3', 'from ; to ?'],
  ],
  run(inputs) {
    const name = (['track1', 'track2', 'track3'] as const).find((each) => inputs.has(each))
    if (name === undefined) throw new CalcFailure('track1, track2 or track3 is missing')
    const { base, bits } = TRACKS[name]
    const text = inputs.text(name)
    let check = 0
    for (const character of text) {
      const value = (character.codePointAt(0) ?? 0) - base
      if (value < 0 || value >= 2 ** bits) throw new CalcFailure(`${name} has a character that no track has`)
      check ^= value
    }
    return { lrcDataBits: check.toString(2).padStart(bits, '0'), lrcChar: String.fromCharCode(base + check) }
  },
}

/** Check values of serial frames. */
export const SERIAL: Operation = {
  category: 'serial',
  zh: '串口帧校验：CRC-16、LRC',
  en: 'check values of serial frames: CRC-16, LRC',
  inputs: [
    ['ascii', 'text: gives its CRCs and its XOR'],
    ['hex', 'bytes: the same'],
    ['frameWithoutLrc', 'frame from STX to ETX: gives its LRC (all but STX)'],
    ['frame', 'frame with its LRC: tells whether it is right'],
  ],
  run(inputs) {
    if (inputs.has('frameWithoutLrc')) {
      const frame = inputs.hex('frameWithoutLrc')
      return { lrc: toHex(Uint8Array.of(frameLrc(frame))) }
    }
    if (inputs.has('frame')) {
      const frame = inputs.hex('frame')
      const lrc = frameLrc(frame.subarray(0, -1))
      return { lrc: toHex(Uint8Array.of(lrc)), valid: frame.at(-1) === lrc }
    }
    return crcs(inputs)
  },
}

const STX = 0x02

/** XOR of everything behind STX. */
function frameLrc(frame: Uint8Array): number {
  const body = frame[0] === STX ? frame.subarray(1) : frame
  return body.reduce((check, byte) => check ^ byte, 0)
}

function crcs(inputs: CalcInputs): CalcOutputs {
  const bytes = inputs.has('ascii') ? asciiBytes(inputs.text('ascii')) : inputs.hex('hex')
  const text = (crc: number): string => crc.toString(16).toUpperCase().padStart(4, '0')
  return outputs({
    xmodem: text(crc16(bytes)),
    ccittFalse: text(forward(bytes, 0xffff)),
    kermit: text(reflected(bytes, 0x8408, 0)),
    arc: text(reflected(bytes, 0xa001, 0)),
    modbus: text(reflected(bytes, 0xa001, 0xffff)),
    x25: text(reflected(bytes, 0x8408, 0xffff) ^ 0xffff),
    xor: toHex(Uint8Array.of(bytes.reduce((check, byte) => check ^ byte, 0))),
  })
}

function asciiBytes(text: string): Uint8Array {
  if (!isOneByteText(text)) throw new CalcFailure('ascii has characters outside one byte')
  return asciiToBytes(text)
}

/** Polynomial 1021, most significant bit first. */
function forward(bytes: Uint8Array, initial: number): number {
  let crc = initial
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021
    crc &= 0xffff
  }
  return crc
}

/** Least significant bit first; `polynomial` is written in reverse. */
function reflected(bytes: Uint8Array, polynomial: number, initial: number): number {
  let crc = initial
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ polynomial
  }
  return crc
}
