import iconv from 'iconv-lite'
import { drawBarcode } from './barcode-symbol.ts'
import type { DotImage } from './dot-image.ts'
import type { EscposCommand, EscposToken } from './escpos-tokeniser.ts'
import { DEFAULT_LINE, LineComposer, type LineSettings } from './line-composer.ts'
import type { PaperRow } from './paper.ts'
import { columnImage, rasterRows } from './printer-image.ts'
import { drawQrSymbol, type QrSymbolLevel } from './qr-symbol.ts'

/** What the commands of a document make the printer do. */
export interface PrinterOutput {
  print(row: PaperRow): void
  cut(): void
  /** GS r n. */
  answerStatus(kind: number): void
  /** GS a n: groups that are reported at each change; 0 none. */
  setAutomaticStatus(groups: number): void
}

interface SymbolSettings {
  readonly qrModuleDots: number
  readonly qrLevel: QrSymbolLevel
  readonly qrData: Uint8Array
  readonly barcodeHeight: number
  readonly barcodeModule: number
  /** 0 none, 1 above, 2 below, 3 both. */
  readonly barcodeText: number
}

const DEFAULT_SYMBOLS: SymbolSettings = {
  qrModuleDots: 3,
  qrLevel: 'L',
  qrData: new Uint8Array(0),
  barcodeHeight: 162,
  barcodeModule: 3,
  barcodeText: 0,
}
const QR_LEVELS: readonly QrSymbolLevel[] = ['L', 'M', 'Q', 'H']
/** Code tables by the number of ESC t; others print as CP437. */
const CODE_TABLES: { readonly [table: number]: string } = {
  0: 'cp437',
  2: 'cp850',
  3: 'cp860',
  4: 'cp863',
  5: 'cp865',
  16: 'win1252',
  17: 'cp866',
  18: 'cp852',
  19: 'cp858',
}

/** Obeys ESC/POS commands: keeps the line and the settings, and hands finished rows to the output. */
export class EscposInterpreter {
  readonly #output: PrinterOutput
  readonly #line: LineComposer
  readonly #widthDots: number
  #symbols = DEFAULT_SYMBOLS
  #codeTable = 0
  #isBehindColumns = false

  constructor(widthDots: number, output: PrinterOutput) {
    this.#output = output
    this.#widthDots = widthDots
    this.#line = new LineComposer(widthDots)
  }

  /** Clears the line and restores every setting, as ESC @ does. */
  reset(): void {
    this.#line.clear()
    this.#line.settings = DEFAULT_LINE
    this.#symbols = DEFAULT_SYMBOLS
    this.#codeTable = 0
    this.#isBehindColumns = false
  }

  /** Forgets the characters of a line that is not printed yet. */
  clearLine(): void {
    this.#line.clear()
  }

  /** Whether `token` moves paper, so that it must wait while there is none. */
  needsPaper(token: EscposToken): boolean {
    switch (token.kind) {
      case 'character':
        return this.#line.overflows(token.bytes.length > 1)
      case 'control':
        return token.code === 0x0a || token.code === 0x0c
      case 'command':
        return FEEDING.has(token.name) || isQrPrint(token) || (token.name === 'GS V' && !this.#line.isEmpty)
    }
  }

  execute(token: EscposToken): void {
    switch (token.kind) {
      case 'character':
        this.#character(token.bytes)
        return
      case 'control':
        this.#control(token.code)
        return
      case 'command':
        COMMANDS[token.name]?.(this.#machine, token)
        return
    }
  }

  #character(bytes: Uint8Array): void {
    const isWide = bytes.length > 1
    if (this.#line.overflows(isWide)) this.#printLine()
    this.#line.add(this.#textOf(bytes), isWide)
  }

  #textOf(bytes: Uint8Array): string {
    const first = bytes[0] ?? 0
    if (bytes.length > 1) return textOf(bytes, 'gb18030')
    // All code tables here have ASCII in their lower half.
    if (first < 0x7f) return ASCII[first] ?? ''
    return textOf(bytes, CODE_TABLES[this.#codeTable] ?? 'cp437')
  }

  /** CR is ignored, as on serial printers by default. */
  #control(code: number): void {
    const endsLine = code === 0x0a || code === 0x0c
    // The line feed behind a column image is the one that moves the paper past it.
    if (endsLine && this.#isBehindColumns && this.#line.isEmpty) this.#isBehindColumns = false
    else if (endsLine) this.#printLine()
    if (code === 0x09) this.#line.tab()
  }

  #printLine(feedDots = this.#line.settings.spacingDots): void {
    this.#isBehindColumns = false
    this.#output.print(this.#line.take(feedDots))
  }

  readonly #machine: Machine = {
    reset: () => this.reset(),
    set: (settings) => {
      this.#line.settings = { ...this.#line.settings, ...settings }
    },
    style: (style) => {
      const { settings } = this.#line
      this.#line.settings = { ...settings, style: { ...settings.style, ...style } }
    },
    symbols: (symbols) => {
      this.#symbols = { ...this.#symbols, ...symbols }
    },
    codeTable: (table) => {
      this.#codeTable = table
    },
    feedLines: (count) => {
      const isBlank = this.#line.isEmpty
      if (!isBlank) this.#printLine()
      for (let left = isBlank ? count : count - 1; left > 0; left--) this.#printLine()
    },
    feedDots: (dots) => this.#printLine(dots),
    moveTo: (dots) => this.#line.moveTo(dots),
    moveBy: (dots) => this.#line.moveBy(dots),
    image: (image) => this.#image('image', image),
    columns: (image) => {
      this.#image('image', image)
      this.#isBehindColumns = true
    },
    qr: () => {
      const { qrData, qrLevel, qrModuleDots } = this.#symbols
      if (qrData.length > 0) this.#image('qr', drawQrSymbol(qrData, qrLevel, qrModuleDots))
    },
    barcode: (system, data) => {
      const { barcodeHeight, barcodeModule, barcodeText } = this.#symbols
      const barcode = drawBarcode(system, data, { moduleDots: barcodeModule, heightDots: barcodeHeight })
      if (barcode === undefined) return
      if ((barcodeText & 1) !== 0) this.#caption(barcode.text)
      this.#image('barcode', barcode.image)
      if ((barcodeText & 2) !== 0) this.#caption(barcode.text)
    },
    cut: (feedDots) => {
      if (!this.#line.isEmpty) this.#printLine()
      if (feedDots > 0) this.#output.print({ kind: 'feed', heightDots: feedDots })
      this.#output.cut()
    },
    answerStatus: (kind) => this.#output.answerStatus(kind),
    setAutomaticStatus: (groups) => this.#output.setAutomaticStatus(groups),
  }

  /** Prints what is on the line first; what is wider than the paper prints nothing, as on a real one. */
  #image(kind: 'image' | 'qr' | 'barcode', image: DotImage | undefined): void {
    if (!this.#line.isEmpty) this.#printLine()
    if (image === undefined || image.heightDots === 0 || image.widthDots > this.#widthDots) return
    const { widthDots, heightDots } = image
    this.#output.print({ kind, x: this.#line.offsetOf(widthDots), heightDots, image })
  }

  #caption(text: string): void {
    for (const character of text) this.#line.add(character, false)
    this.#printLine()
  }
}

const ASCII: readonly string[] = Array.from({ length: 0x7f }, (_, code) => String.fromCharCode(code))
const KNOWN_TEXTS_MAX = 30_000
const knownTexts = new Map<string, Map<number, string>>()

/** The character that `bytes` are in `encoding`; each is looked up once, and there are not many. */
function textOf(bytes: Uint8Array, encoding: string): string {
  let known = knownTexts.get(encoding)
  if (known === undefined) {
    known = new Map()
    knownTexts.set(encoding, known)
  }
  let key = 0
  for (let index = 0; index < bytes.length; index++) key = key * 256 + (bytes[index] ?? 0)
  let text = known.get(key)
  if (text === undefined) {
    text = iconv.decode(Buffer.from(bytes), encoding)
    if (known.size < KNOWN_TEXTS_MAX) known.set(key, text)
  }
  return text
}

/** What a command may do to the interpreter. */
interface Machine {
  reset(): void
  set(settings: Partial<LineSettings>): void
  style(style: Partial<LineSettings['style']>): void
  symbols(symbols: Partial<SymbolSettings>): void
  codeTable(table: number): void
  feedLines(count: number): void
  feedDots(dots: number): void
  moveTo(dots: number): void
  moveBy(dots: number): void
  image(image: DotImage | undefined): void
  columns(image: DotImage | undefined): void
  qr(): void
  barcode(system: number, data: Uint8Array): void
  cut(feedDots: number): void
  answerStatus(kind: number): void
  setAutomaticStatus(groups: number): void
}

type Command = (machine: Machine, command: EscposCommand) => void

/** Commands that move paper whatever their parameters. */
const FEEDING: ReadonlySet<string> = new Set(['ESC d', 'ESC J', 'ESC *', 'GS v', 'GS k'])

const ALIGNMENTS = ['left', 'centre', 'right'] as const
const isOn = (value: number | undefined): boolean => ((value ?? 0) & 1) === 1
const word = (low = 0, high = 0): number => low + high * 256
/** Digits stand for their value in several commands. */
const digit = (value = 0): number => (value >= 0x30 ? value - 0x30 : value)

const emphasise: Command = (machine, { parameters: [on] }) => machine.style({ bold: isOn(on) })

const COMMANDS: { readonly [name: string]: Command } = {
  'ESC @': (machine) => machine.reset(),
  'ESC d': (machine, { parameters: [lines = 0] }) => machine.feedLines(lines),
  'ESC J': (machine, { parameters: [dots = 0] }) => machine.feedDots(dots),
  'ESC !': (machine, { parameters: [mode = 0] }) => {
    machine.style({ bold: (mode & 0x08) !== 0, underline: (mode & 0x80) !== 0 })
    machine.set({
      isFontB: isOn(mode),
      height: (mode & 0x10) === 0 ? 1 : 2,
      width: (mode & 0x20) === 0 ? 1 : 2,
    })
  },
  'GS !': (machine, { parameters: [size = 0] }) => {
    machine.set({ width: ((size >> 4) & 7) + 1, height: (size & 7) + 1 })
  },
  'FS !': (machine, { parameters: [mode = 0] }) => {
    machine.style({ underline: (mode & 0x80) !== 0 })
    machine.set({ width: (mode & 0x04) === 0 ? 1 : 2, height: (mode & 0x08) === 0 ? 1 : 2 })
  },
  'FS W': (machine, { parameters: [on] }) => {
    machine.set({ width: isOn(on) ? 2 : 1, height: isOn(on) ? 2 : 1 })
  },
  'ESC E': emphasise,
  'ESC G': emphasise,
  'ESC -': (machine, { parameters: [dots = 0] }) => machine.style({ underline: digit(dots) > 0 }),
  'FS -': (machine, { parameters: [dots = 0] }) => machine.style({ underline: digit(dots) > 0 }),
  'GS B': (machine, { parameters: [on] }) => machine.style({ reverse: isOn(on) }),
  'ESC a': (machine, { parameters: [place = 0] }) => {
    machine.set({ alignment: ALIGNMENTS[digit(place)] ?? 'left' })
  },
  'ESC M': (machine, { parameters: [font = 0] }) => machine.set({ isFontB: digit(font) === 1 }),
  'ESC 2': (machine) => machine.set({ spacingDots: DEFAULT_LINE.spacingDots }),
  'ESC 3': (machine, { parameters: [dots = 0] }) => machine.set({ spacingDots: dots }),
  'ESC t': (machine, { parameters: [table = 0] }) => machine.codeTable(table),
  'ESC $': (machine, { parameters: [low, high] }) => machine.moveTo(word(low, high)),
  'ESC \\': (machine, { parameters: [low, high] }) => machine.moveBy((word(low, high) << 16) >> 16),
  'GS L': (machine, { parameters: [low, high] }) => machine.set({ leftMargin: word(low, high) }),
  'GS W': (machine, { parameters: [low, high] }) => machine.set({ printWidth: word(low, high) }),
  'GS v': (machine, command) => machine.image(rasterRows(command)),
  'ESC *': (machine, command) => machine.columns(columnImage(command)),
  'GS (': (machine, { parameters: [code], data }) => {
    if (code === 0x6b && data[0] === 0x31) qrFunction(machine, data)
  },
  'GS h': (machine, { parameters: [height = 1] }) => machine.symbols({ barcodeHeight: Math.max(1, height) }),
  'GS w': (machine, { parameters: [dots = 3] }) => {
    machine.symbols({ barcodeModule: Math.min(6, Math.max(1, dots)) })
  },
  'GS H': (machine, { parameters: [place = 0] }) => machine.symbols({ barcodeText: digit(place) & 3 }),
  'GS k': (machine, { parameters: [system = 0], data }) => machine.barcode(system, data),
  'GS V': (machine, { parameters: [, feed = 0] }) => machine.cut(feed),
  'GS r': (machine, { parameters: [kind = 1] }) => machine.answerStatus(digit(kind)),
  'GS a': (machine, { parameters: [groups = 0] }) => machine.setAutomaticStatus(groups),
}

/** GS ( k for QR codes: size, level, data, print. The model is always 2. */
function qrFunction(machine: Machine, data: Uint8Array): void {
  const [, code, first = 0] = data
  if (code === 0x43 && first >= 1 && first <= 16) machine.symbols({ qrModuleDots: first })
  if (code === 0x45) machine.symbols({ qrLevel: QR_LEVELS[first - 0x30] ?? 'L' })
  if (code === 0x50) machine.symbols({ qrData: data.slice(3) })
  if (code === 0x51) machine.qr()
}

function isQrPrint({ name, parameters, data }: EscposCommand): boolean {
  return name === 'GS (' && parameters[0] === 0x6b && data[0] === 0x31 && data[1] === 0x51
}
