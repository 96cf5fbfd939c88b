import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ChipCard } from '../../../hardware/emulator/chip-card/chip-card.ts'
import { ADDRESS, COMMAND } from '../../../hardware/protocol/link-codes.ts'
import { encodeFrame, LinkDecoder } from '../../../hardware/protocol/link-frame.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import type { PeripheralEffect } from '../../../src/terminal/flows/peripheral-effect.ts'
import { VirtualBoard } from '../../hardware/virtual-board.ts'
import type { LineFault } from '../../hardware/virtual-line.ts'

const ATR = fromHex('3B6500002063CBA000')
const AWAIT: Extract<PeripheralEffect, { kind: 'awaitCard' }> = {
  kind: 'awaitCard',
  accept: { chip: true, stripe: true },
  timeoutMs: 30_000,
}

/** A card that answers each command with its own bytes and 9000, and counts them. */
class EchoCard implements ChipCard {
  readonly commands: string[] = []
  readonly image = { format: 'tillwire-card-1' as const, name: 'echo' }
  #atrs: Uint8Array[]

  constructor(...atrs: Uint8Array[]) {
    this.#atrs = atrs.length === 0 ? [ATR] : atrs
  }

  powerOn(): Uint8Array {
    return (this.#atrs.length > 1 ? this.#atrs.shift() : this.#atrs[0]) ?? new Uint8Array(0)
  }

  enterField(): Uint8Array {
    return ATR
  }

  powerOff(): void {}

  transmit(apdu: Uint8Array): Uint8Array {
    this.commands.push(toHex(apdu))
    return Uint8Array.from([...apdu, 0x90, 0x00])
  }
}

let board: VirtualBoard

beforeEach(() => {
  board = new VirtualBoard().plugIn()
})

function transmit(hex: string) {
  return board.ask({ kind: 'transmit', apdu: fromHex(hex) })
}

describe('card reader', () => {
  it('offers a chip that is put in, and the same chip when it is there already', () => {
    const answers = board.begin(AWAIT)
    board.clock.advance(50)
    expect(board.lamps.at(-1)).toBe('cardWanted')
    board.reader.insert(new EchoCard())
    board.clock.advance(50)
    expect(answers).toEqual([{ kind: 'chip', atr: ATR }])
    expect(board.ask(AWAIT)).toEqual({ kind: 'chip', atr: ATR })
  })

  it('passes commands, and tells when the card is gone', () => {
    const card = new EchoCard()
    board.reader.insert(card)
    board.ask(AWAIT)
    expect(transmit('00A40400')).toEqual({ kind: 'response', bytes: fromHex('00A404009000') })
    board.reader.remove()
    expect(transmit('00B2010C00')).toEqual({ kind: 'cardRemoved' })
    expect(card.commands).toEqual(['00A40400'])
  })

  it('has no power for a card before it was awaited and after it was released', () => {
    board.reader.insert(new EchoCard())
    expect(transmit('00A40400')).toEqual({ kind: 'cardRemoved' })
    board.ask(AWAIT)
    expect(board.ask({ kind: 'releaseCard' })).toEqual({ kind: 'done' })
    expect(board.lamps.at(-1)).toBe('takeCard')
    expect(transmit('00A40400')).toEqual({ kind: 'cardRemoved' })
  })

  it('waits until the card is taken', () => {
    board.reader.insert(new EchoCard())
    board.ask(AWAIT)
    const answers = board.begin({ kind: 'awaitCardRemoval', timeoutMs: 5000 })
    board.clock.advance(100)
    expect(answers).toEqual([])
    board.reader.remove()
    board.clock.advance(50)
    expect(answers).toEqual([{ kind: 'gone' }])
    expect(board.ask({ kind: 'awaitCardRemoval', timeoutMs: 5000 })).toEqual({ kind: 'gone' })
  })

  it('reads stripes only while it waits for one', () => {
    const stripe = { track2: '6210948000000011=3010', track3: undefined }
    expect(board.reader.swipe(stripe)).toBe(false)
    const answers = board.begin({ ...AWAIT, accept: { chip: true, stripe: false } })
    board.clock.advance(50)
    expect(board.reader.swipe(stripe)).toBe(false)
    board.peripherals.cancel()
    expect(answers).toEqual([{ kind: 'cancelled' }])
    const next = board.begin({ ...AWAIT, accept: { chip: false, stripe: true } })
    board.clock.advance(50)
    board.reader.insert(new EchoCard())
    expect(board.reader.swipe(stripe)).toBe(true)
    board.clock.advance(50)
    expect(next).toEqual([
      { kind: 'stripe', track1: undefined, track2: '6210948000000011=3010', track3: undefined },
    ])
  })

  it('says when chip or stripe could not be read', () => {
    board.reader.insert(new EchoCard(), true)
    expect(board.ask(AWAIT)).toEqual({ kind: 'chipUnreadable' })
    const answers = board.begin({ ...AWAIT, accept: { chip: false, stripe: true } })
    board.clock.advance(50)
    board.reader.swipe({})
    board.clock.advance(50)
    expect(answers).toEqual([{ kind: 'stripeUnreadable' }])
  })

  it('resets a card once more when its first answer is not acceptable', () => {
    board.reader.insert(new EchoCard(fromHex('3B65'), ATR))
    expect(board.ask(AWAIT)).toEqual({ kind: 'chip', atr: ATR })
    board.reader.remove()
    board.reader.insert(new EchoCard(fromHex('3B65'), fromHex('00')))
    expect(board.ask(AWAIT)).toEqual({ kind: 'chipUnreadable' })
  })

  it('gives up in time, and no card is taken afterwards', () => {
    const answers = board.begin(AWAIT)
    board.clock.advance(30_000)
    expect(answers).toEqual([{ kind: 'timeout' }])
    board.clock.advance(100)
    expect(board.reader.swipe({ track2: '62=30' })).toBe(false)
  })

  it('hides what T=0 leaves to the reader', () => {
    class TZeroCard extends EchoCard {
      override transmit(apdu: Uint8Array): Uint8Array {
        this.commands.push(toHex(apdu))
        if (apdu[1] === 0xc0) return fromHex('AABB9000')
        if (apdu[1] === 0xb2 && apdu.at(-1) === 0) return fromHex('6C05')
        return apdu[1] === 0xb2 ? fromHex('01020304059000') : fromHex('6102')
      }
    }
    const card = new TZeroCard()
    board.reader.insert(card)
    board.ask(AWAIT)
    expect(transmit('00A4040001FF00')).toEqual({ kind: 'response', bytes: fromHex('AABB9000') })
    expect(transmit('00B2010C00')).toEqual({ kind: 'response', bytes: fromHex('01020304059000') })
    expect(card.commands).toEqual(['00A4040001FF00', '00C0000002', '00B2010C00', '00B2010C05'])
  })
})

describe('a line that fails', () => {
  /** What becomes of each write: lost, damaged, twice, cut in two, or with noise before it. After the plan all is well. */
  function faulty(plan: readonly number[], isForEver = false): LineFault {
    let at = 0
    return (bytes) => {
      const kind = plan[isForEver ? at++ % plan.length : at++] ?? 0
      const middle = bytes.length >> 1
      switch (kind) {
        case 1:
          return []
        case 2:
          return [bytes.map((byte, index) => (index === middle ? byte ^ 0x10 : byte))]
        case 3:
          return [bytes, bytes]
        case 4:
          return [bytes.subarray(0, middle), bytes.subarray(middle)]
        case 5:
          return [Uint8Array.of(0x02, 0x81, 0x00), bytes]
        default:
          return [bytes]
      }
    }
  }
  /** Mostly good, so that three tries are usually enough. */
  const plan = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 3, 4, 5), { maxLength: 40 })

  it('runs no command twice and answers each one right or not at all', () => {
    fc.assert(
      fc.property(plan, plan, (toDevice, fromDevice) => {
        const each = new VirtualBoard().plugIn()
        const card = new EchoCard()
        each.reader.insert(card)
        each.ask(AWAIT)
        each.cable.toDevice = faulty(toDevice)
        each.cable.fromDevice = faulty(fromDevice)
        let answered = 0
        for (let number = 0; number < 8; number++) {
          const apdu = Uint8Array.of(0, 0xb2, number, 4, 0)
          const answer = each.ask({ kind: 'transmit', apdu })
          if (answer.kind === 'response') {
            answered += 1
            expect(toHex(answer.bytes)).toBe(`${toHex(apdu)}9000`)
          } else expect(['missing', 'cardRemoved']).toContain(answer.kind)
        }
        expect(new Set(card.commands).size).toBe(card.commands.length)
        expect(card.commands.length).toBeGreaterThanOrEqual(answered)
      }),
      { numRuns: 150 },
    )
  })

  it('loses no card and sees none twice', () => {
    fc.assert(
      fc.property(plan, (fromDevice) => {
        const each = new VirtualBoard().plugIn()
        each.cable.fromDevice = faulty(fromDevice)
        const answers = each.begin(AWAIT)
        each.clock.advance(50)
        each.reader.insert(new EchoCard())
        each.clock.advance(6000)
        expect(answers).toHaveLength(1)
        expect(['chip', 'missing']).toContain(answers[0]?.kind)
      }),
      { numRuns: 100 },
    )
  })

  it('gives up in time when each report of the card is hit and each reply is not', () => {
    const each = new VirtualBoard().plugIn()
    each.cable.fromDevice = faulty([1, 1, 2, 0], true)
    const answers = each.begin(AWAIT)
    each.clock.advance(50)
    each.reader.insert(new EchoCard())
    each.clock.advance(30_000)
    expect(answers).toEqual([{ kind: 'timeout' }])
  })
})

describe('unplugging', () => {
  const waiting: readonly (readonly [string, (each: VirtualBoard) => { readonly kind: string }[], string])[] =
    [
      ['a card is awaited', (each) => each.begin(AWAIT), 'missing'],
      [
        'a removal is awaited',
        (each) => each.begin({ kind: 'awaitCardRemoval', timeoutMs: 9000 }),
        'missing',
      ],
      ['a card works', (each) => each.begin({ kind: 'transmit', apdu: fromHex('00B2010C00') }), 'missing'],
      [
        'data are protected',
        (each) => each.begin({ kind: 'pinPad', command: { op: 'protect', data: fromHex('00') } }),
        'missing',
      ],
    ]

  it.each(waiting)('while %s: one answer, and all is well afterwards', (_, begin, kind) => {
    for (let afterMs = 0; afterMs < 4; afterMs++) {
      const each = new VirtualBoard().plugIn()
      each.reader.insert(new EchoCard())
      each.ask({ ...AWAIT, accept: { chip: true, stripe: false } })
      const answers = begin(each)
      each.clock.advance(afterMs)
      each.cable.device.close()
      each.clock.advance(2000)
      expect(answers).toHaveLength(1)
      const isAnswered = answers[0]?.kind !== kind
      // What was answered before the plug was pulled is a good answer too.
      if (isAnswered) expect(['response', 'data', 'chip', 'gone']).toContain(answers[0]?.kind)
      expect(each.begin({ kind: 'transmit', apdu: fromHex('00B2010C00') })).toEqual([
        { kind: 'missing', device: 'cardReader' },
      ])
      each.plugLine()
      expect(each.ask(AWAIT).kind).toBe('chip')
      expect(each.ask({ kind: 'transmit', apdu: fromHex('00B2010C00') }).kind).toBe('response')
    }
  })

  it('of one of two devices on a line leaves the other at work, and is noticed', () => {
    board.deviceLine.remove(ADDRESS.cardReader)
    const answers = board.begin(AWAIT)
    board.clock.advance(3000)
    expect(answers).toEqual([{ kind: 'missing', device: 'cardReader' }])
    expect(board.ask({ kind: 'pinPad', command: { op: 'show', lines: ['hello'] } })).toEqual({ kind: 'done' })
    board.deviceLine.add(ADDRESS.cardReader, board.reader.session)
    board.clock.advance(2000)
    expect(board.ask({ kind: 'deviceReport' }).devices.map(({ state }) => state)).toEqual([
      'ready',
      'ready',
      'ready',
    ])
  })

  it('is noticed while a person is awaited, though the line stays open', () => {
    const answers = board.begin(AWAIT)
    board.clock.advance(50)
    board.cable.toDevice = () => []
    board.clock.advance(4000)
    expect(answers).toEqual([{ kind: 'missing', device: 'cardReader' }])
    expect(board.ask({ kind: 'deviceReport' }).devices[0]).toEqual({
      device: 'cardReader',
      state: 'missing',
      detail: 'the device does not answer',
    })
  })

  it('a device that was reset behind a bridge has forgotten what it was asked', () => {
    const answers = board.begin(AWAIT)
    board.clock.advance(50)
    board.reader.restart()
    board.clock.advance(3000)
    expect(answers).toEqual([{ kind: 'missing', device: 'cardReader' }])
    board.clock.advance(3000)
    board.reader.insert(new EchoCard())
    expect(board.ask(AWAIT).kind).toBe('chip')
  })
})

describe('strangers', () => {
  /** Whatever is asked is answered so. */
  function impostor(body: Uint8Array): void {
    const decoder = new LinkDecoder()
    board.plugLine()
    board.cable.device.listen({
      received: (bytes) => {
        for (const item of decoder.push(bytes)) {
          if (item.kind !== 'frame') continue
          const { address, sequence, command } = item.frame
          const frame = { address: address | 0x80, sequence, command: command | 0x80, payload: body }
          board.cable.device.write(encodeFrame(frame))
        }
      },
      ended: () => {},
    })
    board.clock.advance(200)
  }

  it.each([
    [
      '00010200000001014101 42'.replace(' ', ''),
      'another kind of device is on its line: the cables may be swapped',
    ],
    ['00090100000001014101 42'.replace(' ', ''), 'it speaks version 9 of the link, not 1'],
    ['00FF', 'something else answers at its address'],
    ['01', 'something else answers at its address'],
  ])('%s: %s', (body, detail) => {
    impostor(fromHex(body))
    expect(board.ask({ kind: 'deviceReport' }).devices[0]).toEqual({
      device: 'cardReader',
      state: 'missing',
      detail,
    })
  })

  it('64 KB of garbage hide nothing', () => {
    let seed = 7
    const garbage = Uint8Array.from({ length: 65_536 }, () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff
      return seed >> 16
    })
    board.cable.device.write(garbage)
    board.clock.advance(2000)
    expect(board.ask({ kind: 'pinPad', command: { op: 'show', lines: ['still here'] } })).toEqual({
      kind: 'done',
    })
  })
})

const SLIP = { lines: [{ kind: 'text', text: 'OWED' }], cut: true } as const

it('a slip that is owed at the start waits for a printer whose line is only being opened', () => {
  const starting = new VirtualBoard()
  const answers = starting.begin({ kind: 'print', document: SLIP })
  starting.clock.advance(300)
  expect(answers).toEqual([])
  starting.plugIn()
  starting.clock.advance(500)
  expect(answers).toEqual([{ kind: 'printed', paperNearEnd: false }])
})

it('a printer that does not come is missing after the first look, and at once from then on', () => {
  const starting = new VirtualBoard()
  const print = { kind: 'print', document: SLIP } as const
  const missing = { kind: 'notPrinted', cause: 'missing', linesPrinted: 0 }
  const answers = starting.begin(print)
  starting.clock.advance(2500)
  expect(answers).toEqual([missing])
  expect(starting.begin(print)).toEqual([missing])
  const last = new VirtualBoard()
  const closed = last.begin(print)
  last.peripherals.close()
  expect(closed).toEqual([missing])
  expect(last.clock.timerCount).toBe(0)
})

it('a repeated command is answered from the last reply', () => {
  const card = new EchoCard()
  board.reader.insert(card)
  board.ask(AWAIT)
  const apdu = fromHex('00B2010C00')
  const frame = encodeFrame({
    address: ADDRESS.cardReader,
    sequence: 200,
    command: COMMAND.transmit,
    payload: apdu,
  })
  board.cable.written.fromDevice.length = 0
  for (let time = 0; time < 3; time++) {
    board.cable.terminal.write(frame)
    board.clock.advance(5)
  }
  const replies = board.cable.written.fromDevice.map(toHex).filter((hex) => hex.startsWith('0281C8'))
  expect(replies).toHaveLength(3)
  expect(new Set(replies).size).toBe(1)
  expect(card.commands).toEqual(['00B2010C00'])
})

it('no timer is left after close', () => {
  const answers = board.begin(AWAIT)
  board.clock.advance(20)
  board.peripherals.close()
  expect(answers).toHaveLength(1)
  board.deviceLine.detach()
  board.printer.detach()
  board.clock.advance(60_000)
  expect(board.clock.timerCount).toBe(0)
})
