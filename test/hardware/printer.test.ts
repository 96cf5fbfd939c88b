import fc from 'fast-check'
import { PNG } from 'pngjs'
import { beforeEach, describe, expect, it } from 'vitest'
import { renderPaperPng } from '../../hardware/emulator/paper-png.ts'
import { renderPaperText } from '../../hardware/emulator/paper-text.ts'
import { PrinterDevice } from '../../hardware/emulator/printer-device.ts'
import { concatBytes, fromHex, toHex } from '../../src/base/bytes.ts'
import type { PrintDocument, PrintOutcome } from '../../src/terminal/flows/print-document.ts'
import { VirtualClock } from '../terminal/runtime/virtual-clock.ts'
import { vectorsOf } from '../vectors/vectors.ts'
import { VirtualBoard } from './virtual-board.ts'
import { VirtualLine } from './virtual-line.ts'

const LINES = 20
const NUMBERED: PrintDocument = {
  lines: Array.from({ length: LINES }, (_, index) => ({ kind: 'text', text: `line ${index}` })),
  cut: true,
}
const SLIP: PrintDocument = {
  lines: [
    { kind: 'text', text: '签购单 SALES SLIP', align: 'centre', bold: true },
    { kind: 'rule' },
    { kind: 'pair', left: '金额 AMOUNT', right: 'CNY 12.34', bold: true },
    { kind: 'text', text: '大字', size: 2 },
    { kind: 'qr', data: 'tillwire:000001:000002' },
    { kind: 'image', widthDots: 16, heightDots: 2, bits: fromHex('FF00AA55') },
    { kind: 'feed', lines: 2 },
  ],
  cut: true,
}

let board: VirtualBoard

beforeEach(() => {
  board = new VirtualBoard().plugIn()
})

function print(document: PrintDocument): PrintOutcome {
  return board.ask({ kind: 'print', document }, 60_000)
}

/** Text of all paper, cut off or hanging. */
function paperText(): string {
  const { pieces, hanging } = board.printer.paper
  return [...pieces, hanging].map(renderPaperText).join('')
}

function numbersOnPaper(): readonly number[] {
  return [...paperText().matchAll(/line (\d+)/g)].map(([, number]) => Number(number))
}

const ALL = Array.from({ length: LINES }, (_, index) => index)

describe('printer', () => {
  it('prints a slip and knows it', () => {
    expect(print(SLIP)).toEqual({ kind: 'printed', paperNearEnd: false })
    const text = paperText()
    expect(text).toContain('签购单 SALES SLIP')
    expect(text).toMatch(/金额 AMOUNT +CNY 12\.34 │/)
    expect(board.printer.paper.pieces).toHaveLength(1)
  })

  it('says which lines are on paper when it runs out, and prints the whole slip again', () => {
    for (const left of [0, 1, 7, LINES - 1]) {
      const each = new VirtualBoard().plugIn()
      board = each
      each.printer.endPaperAfter(left)
      const outcome = print(NUMBERED)
      expect(outcome).toMatchObject({ kind: 'notPrinted', cause: 'paperEnd' })
      const known = outcome.kind === 'notPrinted' ? outcome.linesPrinted : -1
      expect(numbersOnPaper()).toEqual(ALL.slice(0, left))
      expect(known).toBeLessThanOrEqual(left)
      expect(known).toBeGreaterThanOrEqual(left - 1)
      expect(print(NUMBERED)).toMatchObject({ kind: 'notPrinted', cause: 'paperEnd', linesPrinted: 0 })
      each.printer.setPaper('ok')
      each.clock.advance(3000)
      expect(print(NUMBERED).kind).toBe('printed')
      // Nothing of the first try comes out late.
      expect(numbersOnPaper()).toEqual([...ALL.slice(0, left), ...ALL])
    }
  })

  it.each([
    ['coverOpen', () => board.printer.setCover('open')],
    ['offline', () => board.printer.setOnline(false)],
    ['paperEnd', () => board.printer.setPaper('end')],
  ] as const)('does not begin while it can not: %s', (cause, stop) => {
    stop()
    board.clock.advance(50)
    expect(print(NUMBERED)).toEqual({ kind: 'notPrinted', cause, linesPrinted: 0 })
    expect(numbersOnPaper()).toEqual([])
    expect(board.ask({ kind: 'deviceReport' }).devices[2]?.state).toBe('degraded')
  })

  it('warns when the roll is near its end', () => {
    board.printer.setPaper('nearEnd')
    board.clock.advance(50)
    expect(print(NUMBERED)).toEqual({ kind: 'printed', paperNearEnd: true })
  })

  it('ends at once when it is unplugged at any moment, and prints when it is back', () => {
    for (let afterMs = 0; afterMs < 30; afterMs += 3) {
      board = new VirtualBoard().plugIn()
      const answers = board.begin({ kind: 'print', document: NUMBERED })
      board.clock.advance(afterMs)
      board.printerCable.device.close()
      board.clock.advance(5000)
      expect(answers).toHaveLength(1)
      const [outcome] = answers
      const known = outcome?.kind === 'notPrinted' ? outcome.linesPrinted : LINES
      if (outcome?.kind === 'notPrinted') expect(outcome.cause).toBe('missing')
      expect(numbersOnPaper().length).toBeGreaterThanOrEqual(known)
      expect(print(NUMBERED)).toEqual({ kind: 'notPrinted', cause: 'missing', linesPrinted: 0 })
      board.plugPrinter()
      board.clock.advance(500)
      expect(print(NUMBERED).kind).toBe('printed')
    }
  })

  it('is missed when it falls silent, and found again', () => {
    board.printerCable.toDevice = () => []
    board.clock.advance(10_000)
    expect(board.ask({ kind: 'deviceReport' }).devices[2]?.state).toBe('missing')
    board.printerCable.toDevice = (bytes) => [bytes]
    board.clock.advance(5000)
    expect(board.ask({ kind: 'deviceReport' }).devices[2]?.state).toBe('ready')
  })

  it('finds its way through noise on the line', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 7 }), { maxLength: 4 }), (noise) => {
        board = new VirtualBoard().plugIn()
        for (const bytes of noise) board.printerCable.device.write(bytes)
        board.clock.advance(10_000)
        expect(print(NUMBERED).kind).toBe('printed')
        expect(numbersOnPaper()).toEqual(ALL)
      }),
      { numRuns: 40 },
    )
  })

  it('prints a long image without losing patience', () => {
    const heightDots = 800
    const bits = new Uint8Array(48 * heightDots).fill(0xaa)
    expect(print({ lines: [{ kind: 'image', widthDots: 384, heightDots, bits }], cut: true }).kind).toBe(
      'printed',
    )
    const rows = board.printer.paper.pieces.flatMap(({ rows }) => rows)
    const height = rows.filter(({ kind }) => kind === 'image').reduce((sum, row) => sum + row.heightDots, 0)
    expect(height).toBe(heightDots)
  })
})

describe('emulated printer', () => {
  function device() {
    const clock = new VirtualClock()
    const printer = new PrinterDevice({ clock })
    const line = new VirtualLine(clock)
    const replies: Uint8Array[] = []
    line.terminal.listen({ received: (bytes) => replies.push(bytes.slice()), ended: () => {} })
    printer.attach(line.device)
    const send = (bytes: Uint8Array): string => {
      replies.length = 0
      line.terminal.write(bytes)
      clock.advance(20)
      return toHex(concatBytes(replies))
    }
    return { printer, send }
  }

  it('answers status as published, even while it can not print', () => {
    for (const { inputs, expected } of vectorsOf('escpos-status')) {
      const { printer, send } = device()
      if (expected['coverOpen'] === true) printer.setCover('open')
      if (expected['paperNearEnd'] === true) printer.setPaper('nearEnd')
      if (expected['paperEnd'] === true) printer.setPaper('end')
      const reply = send(fromHex(String(inputs['command'])))
      // A roll that is out is near its end as well: the sensor for that one is the maker's choice.
      const wanted = expected['paperEnd'] === true ? '7E' : inputs['reply']
      expect(reply).toBe(wanted)
    }
  })

  it('tells each change by itself when asked to, in four bytes', () => {
    const { printer, send } = device()
    expect(send(fromHex('1D610E'))).toHaveLength(8)
    const changes: string[] = []
    printer.onChange(() => changes.push('changed'))
    printer.setPaper('nearEnd')
    expect(changes).not.toEqual([])
    expect(send(fromHex('1D6100'))).toHaveLength(8)
  })

  it('takes characters that are cut in two by the line', () => {
    const whole = fromHex('B3C9B9A60A')
    for (let at = 1; at < whole.length; at++) {
      const { printer, send } = device()
      send(whole.subarray(0, at))
      send(whole.subarray(at))
      expect(renderPaperText(printer.paper.hanging)).toContain('成功')
    }
  })

  it('obeys the published commands', () => {
    for (const { inputs } of vectorsOf('escpos')) {
      const { printer, send } = device()
      send(concatBytes([fromHex(String(inputs['hex'])), fromHex('410A')]))
      expect([...printer.paper.pieces, printer.paper.hanging].map(renderPaperText).join('')).toContain('A')
    }
  })

  it('survives anything', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (chunks) => {
        const { printer, send } = device()
        for (const chunk of chunks) send(chunk)
        for (const piece of [...printer.paper.pieces, printer.paper.hanging]) renderPaperText(piece)
      }),
      { numRuns: 300 },
    )
  })
})

describe('paper as a picture', () => {
  it('shows each character in its place: bold is darker, large is larger', () => {
    const ink = (document: PrintDocument): number => {
      board = new VirtualBoard().plugIn()
      print(document)
      const [piece] = board.printer.paper.pieces
      if (piece === undefined) throw new Error('no paper')
      const { data, width } = PNG.sync.read(Buffer.from(renderPaperPng(piece)))
      expect(width).toBe((384 + 48) * 2)
      let dark = 0
      for (let at = 0; at < data.length; at += 4)
        if ((data[at] ?? 255) < 128 && data[at + 3] === 255) dark += 1
      return dark
    }
    const line = (text: string, more: { bold?: boolean; size?: 1 | 2 } = {}): PrintDocument => ({
      lines: [{ kind: 'text', text, ...more }],
      cut: true,
    })
    const plain = ink(line('成功 OK'))
    expect(plain).toBeGreaterThan(300)
    expect(ink(line('成功 OK', { bold: true }))).toBeGreaterThan(plain * 1.2)
    expect(ink(line('成功 OK', { size: 2 }))).toBe(plain * 4)
    expect(ink(line(' '))).toBe(0)
    // A letter of the double-byte font is no wider than others: nothing of it is drawn fat.
    const [letter, narrow] = [ink(line('é')), ink(line('e'))]
    expect(letter).toBeGreaterThan(narrow)
    expect(letter).toBeLessThan(narrow * 1.6)
    expect(ink(SLIP)).toBeGreaterThan(5000)
  })
})
