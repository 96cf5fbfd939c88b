import { beforeEach, describe, expect, it } from 'vitest'
import { createChipCard } from '../../hardware/emulator/chip-card/chip-card.ts'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { findTlv } from '../../src/emv/ber-tlv.ts'
import type { PeripheralEffect } from '../../src/terminal/flows/peripheral-effect.ts'
import { countingRandom, testCard } from './chip-card/test-cards.ts'
import { VirtualBoard } from './virtual-board.ts'

const PPSE = '00A404000E325041592E5359532E444446303100'
const AWAIT: Extract<PeripheralEffect, { kind: 'awaitCard' }> = {
  kind: 'awaitCard',
  accept: { chip: true, stripe: true, contactless: true },
  timeoutMs: 30_000,
}

const newCard = (kind: 'card' | 'none' = 'card', pan?: string) =>
  createChipCard(
    testCard({ ...(kind === 'card' ? { contactless: kind } : {}), ...(pan === undefined ? {} : { pan }) }),
    {
      random: countingRandom(),
    },
  )

let board: VirtualBoard
const transmit = (hex: string) => board.ask({ kind: 'transmit', apdu: fromHex(hex) })
/** Begins to wait; the answers come by hand. */
function arm(effect = AWAIT) {
  const answers = board.begin<'awaitCard'>(effect)
  board.clock.advance(50)
  return answers
}

beforeEach(() => {
  board = new VirtualBoard({ contactless: true }).plugIn()
})

describe('contactless side of a reader', () => {
  it('reads a card that is held there, and lights and beeps as it goes', () => {
    const answers = arm()
    expect(board.reader.face.lights).toBe(0b0001)
    expect(board.reader.tap([{ card: newCard() }])).toBe(true)
    board.clock.advance(50)
    expect(answers).toEqual([{ kind: 'contactless' }])
    expect(board.reader.face.lights).toBe(0b0011)
    const directory = transmit(PPSE)
    expect(directory).toMatchObject({ kind: 'response' })
    const bytes = directory.kind === 'response' ? directory.bytes : new Uint8Array(0)
    const names = findTlv(findTlv(findTlv(bytes.subarray(0, -2), '6F') ?? bytes, 'A5') ?? bytes, 'BF0C')
    expect(toHex(names ?? bytes)).toContain('A000000333010101')
    expect(board.ask({ kind: 'releaseTap', signal: 'read' })).toEqual({ kind: 'done' })
    board.clock.advance(50)
    expect(board.faces.at(-1)).toEqual({ lights: 0b1111, beep: 'success' })
    expect(transmit(PPSE)).toEqual({ kind: 'cardRemoved' })
    board.clock.advance(2000)
    expect(board.reader.face.lights).toBe(0)
  })

  it('tells two cards at once, and something that is no payment card', () => {
    const both = arm()
    board.reader.tap([{ card: newCard() }, { card: newCard('card', '6210948000000029') }])
    board.clock.advance(50)
    expect(both).toEqual([{ kind: 'contactlessCollision' }])
    expect(board.faces.at(-1)).toEqual({ lights: 0, beep: 'alert' })
    const other = arm()
    board.reader.tap([{ card: newCard('none') }])
    board.clock.advance(50)
    expect(other).toEqual([{ kind: 'contactlessUnreadable' }])
  })

  it('tells a card that was pulled away in the middle', () => {
    arm()
    board.reader.tap([{ card: newCard(), goneAfter: 1 }])
    board.clock.advance(50)
    expect(transmit(PPSE)).toMatchObject({ kind: 'response' })
    expect(transmit('00A4040008A00000033301010100')).toEqual({ kind: 'cardRemoved' })
  })

  it('waits for slot and stripe too, and its field goes off with whatever comes first', () => {
    const answers = arm()
    board.reader.insert(newCard())
    board.clock.advance(100)
    expect(answers).toMatchObject([{ kind: 'chip' }])
    expect(board.reader.tap([{ card: newCard() }])).toBe(false)
    expect(board.reader.face.lights).toBe(0)
  })

  it('of both technologies, each by its own', () => {
    const answers = arm()
    board.reader.tap([{ card: newCard(), technology: 'B' }])
    board.clock.advance(50)
    expect(answers).toEqual([{ kind: 'contactless' }])
  })
})

describe('a reader without a contactless side', () => {
  it('is never asked for it: it waits for the other ways', () => {
    board = new VirtualBoard().plugIn()
    const answers = arm()
    expect(board.reader.isFieldOn).toBe(false)
    expect(board.reader.tap([{ card: newCard() }])).toBe(false)
    board.reader.swipe({ track2: '6210948000000011=30101201' })
    board.clock.advance(50)
    expect(answers).toMatchObject([{ kind: 'stripe' }])
  })
})

describe('a card in the field', () => {
  const GPO = (qualifiers: string, amount = '000000008800') =>
    [
      `80A80000238321${qualifiers}`,
      amount,
      '000000000000',
      '0156',
      '0000000000',
      '0156',
      '26112300',
      '0A0B0C0D',
      '00',
    ].join('')
  const select = (card: ReturnType<typeof newCard>) => {
    card.enterField()
    card.transmit(fromHex('00A4040008A00000033301010100'))
  }

  it('gives everything in one answer: cryptogram, counter, track 2, qualifiers', () => {
    const card = newCard()
    select(card)
    const answer = card.transmit(fromHex(GPO('36800000')))
    expect(toHex(answer.subarray(-2))).toBe('9000')
    const value = (tag: string) =>
      toHex(findTlv(findTlv(answer.subarray(0, -2), '77') ?? answer, tag) ?? new Uint8Array(0))
    expect(value('57')).toMatch(/^6210948000000011D3012220/)
    expect(value('9F36')).toBe('0001')
    expect(value('9F26')).toHaveLength(16)
    // Kind of cryptogram in the card's results: ARQC.
    expect(value('9F10').slice(8, 10)).toBe('A0')
    expect(value('94')).toBe('')
    expect(value('9F6C')).toBe('1000')
  })

  it('asks for the PIN where the terminal must be sure of its holder, and signs where it is asked to', () => {
    const card = newCard()
    select(card)
    const answer = findTlv(card.transmit(fromHex(GPO('37C00000'))).subarray(0, -2), '77') ?? new Uint8Array(0)
    expect(toHex(findTlv(answer, '9F6C') ?? answer)).toBe('9000')
    expect(findTlv(answer, '9F4B')).toHaveLength(128)
    expect(toHex(findTlv(answer, '94') ?? answer)).toBe('18010501')
  })

  it('has no second cryptogram, and its contacts do not know the field', () => {
    const card = newCard()
    select(card)
    card.transmit(fromHex(GPO('36800000')))
    expect(toHex(card.transmit(fromHex('80AE800000')).subarray(-2))).toBe('6985')
    card.powerOn()
    expect(toHex(card.transmit(fromHex(PPSE)).subarray(-2))).toBe('6A82')
    card.enterField()
    expect(toHex(card.transmit(fromHex('00A404000E315041592E5359532E444446303100')).subarray(-2))).toBe(
      '6A82',
    )
  })
})
