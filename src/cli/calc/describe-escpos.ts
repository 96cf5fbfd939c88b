import { bytesToAscii } from '../../base/bytes.ts'
import { CalcFailure } from './calc-failure.ts'

/** What one command says, and how many bytes it has. */
interface Described {
  readonly text: string | undefined
  readonly size: number
}

type Reader = (bytes: Uint8Array) => Described

const ESC = 0x1b
const GS = 0x1d
const FS = 0x1c
const DLE = 0x10

/** Says what a sequence of printer commands does, one phrase a command. @throws {CalcFailure} on a cut command. */
export function describeEscPos(bytes: Uint8Array): readonly string[] {
  const phrases: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const { text, size } = describeOne(bytes.subarray(at))
    if (size > bytes.length - at) throw new CalcFailure(`the command at byte ${at} is cut off`)
    if (text !== undefined) phrases.push(text)
    at += size
  }
  return phrases
}

function describeOne(bytes: Uint8Array): Described {
  const [first = 0, second = -1] = bytes
  const table = { [ESC]: ESC_COMMANDS, [GS]: GS_COMMANDS, [FS]: FS_COMMANDS, [DLE]: DLE_COMMANDS }[first]
  if (table === undefined) return describeText(bytes)
  const reader = table[second]
  if (reader !== undefined) return reader(bytes)
  const name = `${CONTROL_NAMES[first] ?? ''} ${second < 0 ? '' : hex(second)}`.trim()
  return { text: `unknown command ${name}`, size: second < 0 ? 1 : 2 }
}

const CONTROL_NAMES: Readonly<Record<number, string>> = { [ESC]: 'ESC', [GS]: 'GS', [FS]: 'FS', [DLE]: 'DLE' }

function describeText(bytes: Uint8Array): Described {
  if (bytes[0] === 0x0a) return { text: 'print and line feed', size: 1 }
  if (bytes[0] === 0x0d) return { text: 'carriage return', size: 1 }
  if (bytes[0] === 0x0c) return { text: 'form feed', size: 1 }
  let size = 1
  while (size < bytes.length && !ENDS_TEXT.has(bytes[size] ?? 0)) size += 1
  return { text: `text of ${size} bytes`, size }
}

const ENDS_TEXT: ReadonlySet<number> = new Set([0x0a, 0x0c, 0x0d, ESC, GS, FS, DLE])

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}

function fixed(text: string, size = 2): Reader {
  return () => ({ text, size })
}

/** One parameter byte. */
function one(text: (value: number) => string): Reader {
  return (bytes) => ({ text: text(bytes[2] ?? 0), size: 3 })
}

function word(value: number, words: readonly string[]): string {
  return words[value] ?? words[value - 0x30] ?? `unknown (${value})`
}

const onOff = (name: string) => one((value) => `${name} ${(value & 1) === 1 ? 'on' : 'off'}`)

const ESC_COMMANDS: Readonly<Record<number, Reader>> = {
  64: fixed('initialise'),
  33: one((value) => `print mode 0x${hex(value)}`),
  69: onOff('emphasised'),
  71: onOff('double strike'),
  45: one((value) => `underline ${word(value, ['off', '1 dot', '2 dots'])}`),
  97: one((value) => `justify ${word(value, ['left', 'centre', 'right'])}`),
  77: one((value) => `font ${word(value, ['A', 'B', 'C'])}`),
  100: one((value) => `print and feed ${value} lines`),
  74: one((value) => `print and feed ${value} dots`),
  101: one((value) => `print and feed ${value} lines backwards`),
  50: fixed('default line spacing'),
  51: one((value) => `line spacing ${value} dots`),
  116: one((value) => `code table ${value}`),
  82: one((value) => `international character set ${value}`),
  123: onOff('upside down'),
  86: onOff('rotate 90 degrees'),
  112: (bytes) => ({
    text: `pulse drawer pin ${word(bytes[2] ?? 0, ['2', '5'])}: on ${bytes[3]}x2 ms, off ${bytes[4]}x2 ms`,
    size: 5,
  }),
  42: (bytes) => {
    const columns = (bytes[3] ?? 0) + 256 * (bytes[4] ?? 0)
    const perColumn = (bytes[2] ?? 0) >= 32 ? 3 : 1
    return {
      text: `column image of ${columns} columns, ${perColumn * 8} dots`,
      size: 5 + columns * perColumn,
    }
  },
}

const CUTS = ['full cut', 'partial cut'] as const

const GS_COMMANDS: Readonly<Record<number, Reader>> = {
  33: one((value) => sizeText(value)),
  66: onOff('reverse video'),
  72: one((value) => `barcode text ${word(value, ['none', 'above', 'below', 'above and below'])}`),
  76: (bytes) => ({ text: `left margin ${pair(bytes, 2)} dots`, size: 4 }),
  87: (bytes) => ({ text: `print width ${pair(bytes, 2)} dots`, size: 4 }),
  86: (bytes) => {
    const mode = bytes[2] ?? 0
    if (mode !== 65 && mode !== 66) return { text: word(mode, CUTS), size: 3 }
    return { text: `feed ${bytes[3]} units then ${CUTS[mode - 65]} (GS V ${mode} n)`, size: 4 }
  },
  104: one((value) => `barcode height ${value} dots`),
  119: one((value) => `barcode module width ${value}`),
  102: one((value) => `barcode text font ${value}`),
  107: barcode,
  97: one((value) => `automatic status back ${value === 0 ? 'off' : `0x${hex(value)}`}`),
  114: one((value) => `request ${word(value - 1, ['paper', 'drawer'])} status`),
  118: (bytes) => {
    const [width, height] = [pair(bytes, 4), pair(bytes, 6)]
    return { text: `raster image ${width * 8}x${height} dots`, size: 8 + width * height }
  },
  40: extended,
}

const FS_COMMANDS: Readonly<Record<number, Reader>> = {
  38: fixed('double-byte characters on'),
  46: fixed('double-byte characters off'),
  33: one((value) => `double-byte print mode 0x${hex(value)}`),
  87: onOff('double-byte double size'),
}

const DLE_COMMANDS: Readonly<Record<number, Reader>> = {
  4: one((value) => `request real-time status ${value}`),
  5: one((value) => `recover from error (${value})`),
  20: (bytes) => ({ text: `real-time pulse of drawer ${bytes[3]}`, size: 5 }),
}

function sizeText(value: number): string {
  const [width, height] = [(value >> 4) + 1, (value & 15) + 1]
  const names = ['', 'normal', 'double', 'triple', 'quadruple']
  const name = (times: number): string => names[times] ?? `${times}-fold`
  return `${name(width)} width + ${name(height)} height (GS ! 0x${hex(value)})`
}

function pair(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
}

const BARCODES = ['UPC-A', 'UPC-E', 'EAN13', 'EAN8', 'CODE39', 'ITF', 'CODABAR', 'CODE93', 'CODE128'] as const

function barcode(bytes: Uint8Array): Described {
  const kind = bytes[2] ?? 0
  if (kind >= 65) {
    const size = bytes[3] ?? 0
    return { text: `barcode ${BARCODES[kind - 65] ?? kind}, ${size} bytes`, size: 4 + size }
  }
  const end = bytes.indexOf(0, 3)
  const size = end === -1 ? bytes.length + 1 : end + 1
  return { text: `barcode ${BARCODES[kind] ?? kind}, ${size - 4} bytes`, size }
}

/** GS ( x pL pH …: the length tells where it ends. */
function extended(bytes: Uint8Array): Described {
  const size = 5 + pair(bytes, 3)
  if (bytes[2] !== 0x6b || bytes[5] !== 0x31)
    return { text: `extended command ${String.fromCharCode(bytes[2] ?? 0)}`, size }
  return { text: qrText(bytes.subarray(0, size)), size }
}

function qrText(bytes: Uint8Array): string {
  const value = bytes[7] ?? 0
  switch (bytes[6]) {
    case 0x41:
      return `QR model ${word(value - 1, ['1', '2', 'micro'])}`
    case 0x43:
      return `module size ${value}`
    case 0x45:
      return `level ${word(value, ['L', 'M', 'Q', 'H'])}`
    case 0x50:
      return `data "${bytesToAscii(bytes.subarray(8))}"`
    case 0x51:
      return 'print'
    default:
      return `QR function ${bytes[6]}`
  }
}
