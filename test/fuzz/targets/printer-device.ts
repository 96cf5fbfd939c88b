import { renderPaperPng } from '../../../hardware/emulator/paper-png.ts'
import { renderPaperText } from '../../../hardware/emulator/paper-text.ts'
import { PrinterDevice } from '../../../hardware/emulator/printer-device.ts'
import * as escpos from '../../../hardware/protocol/escpos.ts'
import type { SeededRandom } from '../../../sim/world/seeded-random.ts'
import { VirtualClock } from '../../../sim/world/virtual-clock.ts'
import { asciiToBytes, concatBytes } from '../../../src/base/bytes.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'
import { InputReader } from '../input-reader.ts'
import { MemoryLine } from '../memory-line.ts'

const PNG_DOTS_MAX = 90
const TEXT_ROWS_MAX = 400

/** Paper, cover and chunks, then what a terminal sends: tokeniser, interpreter, paper as text and as a picture. */
export const target: FuzzTarget = {
  sizeMax: 1500,
  seeds: () =>
    [
      [
        escpos.initialise(),
        escpos.kanjiMode(true),
        asciiToBytes('TILLWIRE'),
        Uint8Array.of(0x0a),
        escpos.cut('partial', 3),
      ],
      [
        escpos.size(8, 8),
        escpos.bold(true),
        escpos.align('centre'),
        asciiToBytes('12.34\n'),
        escpos.feedLines(4),
      ],
      [
        escpos.qrCode({ data: asciiToBytes('https://example.org/1'), moduleDots: 4, level: 'M' }),
        escpos.cut('full'),
      ],
      [
        escpos.rasterImage({ widthBytes: 4, heightDots: 8, bits: new Uint8Array(32).fill(0x5a) }),
        Uint8Array.of(0x0a),
      ],
      [
        escpos.realTimeStatusRequest(1),
        escpos.bufferedStatusRequest(1),
        escpos.automaticStatus(15),
        escpos.recover(2),
      ],
      [
        Uint8Array.of(0x1d, 0x6b, 73, 6),
        asciiToBytes('{B1234'),
        Uint8Array.of(0x1d, 0x6b, 4),
        asciiToBytes('12345\0'),
      ],
      [
        Uint8Array.of(0xce, 0xd2, 0x81, 0x30, 0x81, 0x30, 0x0a),
        Uint8Array.of(0x1b, 0x2a, 33, 4, 0),
        new Uint8Array(12),
      ],
    ].map((parts) => concatBytes([Uint8Array.of(0, 0, 7), ...parts])),
  run(input) {
    const reader = new InputReader(input)
    const clock = new VirtualClock()
    const line = new MemoryLine()
    const printer = new PrinterDevice({
      clock,
      dotRowMs: reader.byte() % 2,
      widthDots: [384, 576][reader.below(2)] ?? 384,
    })
    const chunk = 1 + reader.byte()
    printer.attach(line)
    const bytes = reader.rest()
    for (let at = 0, turn = 0; at < bytes.length; at += chunk, turn++) {
      line.give(bytes.slice(at, at + chunk))
      if (turn % 8 === 3) printer.setCover('open')
      if (turn % 8 === 5) printer.setCover('closed')
      if (turn % 32 === 9) printer.endPaperAfter(2)
      if (turn % 32 === 17) printer.setPaper('ok')
    }
    printer.setCover('closed')
    printer.setPaper('ok')
    for (let steps = 0; clock.step(); steps++) must(steps < 10_000, 'the printer never comes to rest')
    must(line.sent < 8 * bytes.length + 64, 'the printer answers more than it was asked')
    for (const piece of [...printer.paper.pieces.slice(-2), printer.paper.hanging]) {
      const heightDots = piece.rows.reduce((sum, row) => sum + row.heightDots, 0)
      if (piece.rows.length <= TEXT_ROWS_MAX && heightDots < 20_000)
        must(renderPaperText(piece).length > 0, 'no text')
      if (heightDots <= PNG_DOTS_MAX && bytes.length % 64 === 0) renderPaperPng(piece)
    }
  },
  mutate: (input, random) => {
    const at = Math.min(input.length, 3 + random.below(Math.max(1, input.length)))
    return concatBytes([input.subarray(0, at), randomCommand(random), input.subarray(at + random.below(4))])
  },
}

const CODES = {
  27: '@2LSimdJKe!EG-aM3{VtR =%?TUru$\\cpW*D(',
  28: '&.!-WCSp?2(',
  29: ':c!BhwHfraIbT/jELWP$\\^Vkv(8*',
  16: '\x04\x05\x14',
} as const

function randomCommand(random: SeededRandom): Uint8Array {
  const prefix = random.pick([0x1b, 0x1c, 0x1d, 0x1d, 0x10] as const)
  const codes = CODES[prefix]
  const code = codes.charCodeAt(random.below(codes.length))
  const small = Array.from({ length: random.between(1, 6) }, () =>
    random.pick([0, 1, 2, 3, 8, 48, 49, 65, 73, 255]),
  )
  if (code === 0x28 && random.chance(700)) return qrFunction(random)
  const data = random.chance(500)
    ? random.bytes(random.below(24))
    : asciiToBytes('0123456789ABC'.slice(0, random.below(14)))
  return concatBytes([
    Uint8Array.of(prefix, code),
    Uint8Array.from(small),
    data,
    Uint8Array.of(random.pick([0, 0x0a])),
  ])
}

function qrFunction(random: SeededRandom): Uint8Array {
  const data = random.bytes(random.pick([1, 3, 20, 100, 250]))
  const size = data.length + 2
  const code = random.pick([0x41, 0x43, 0x45, 0x50, 0x51])
  return concatBytes([Uint8Array.of(0x1d, 0x28, 0x6b, size & 0xff, size >> 8, 0x31, code), data])
}
