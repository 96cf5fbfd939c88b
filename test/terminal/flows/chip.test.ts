import { describe, expect, it } from 'vitest'
import { fromHex } from '../../../src/base/bytes.ts'
import type { CardData } from '../../../src/terminal/flows/card-data.ts'
import type { ChipCompletion, ChipHostAnswer, ChipSession } from '../../../src/terminal/flows/chip-session.ts'
import type { TransmitAnswer } from '../../../src/terminal/flows/peripheral-effect.ts'
import type { ChipDetails } from '../../../src/terminal/flows/terminal-model.ts'
import { runTransaction } from '../../../src/terminal/flows/transaction-flow.ts'
import type { Behaviour } from './fake-host.ts'
import { type FakeWorld, openWorld, PAN } from './fake-world.ts'
import { text } from './text-codec.ts'

const CARD: CardData = {
  entry: 'chip',
  pan: PAN,
  expiry: '3010',
  panSequence: '001',
  track2: `${PAN}D30102010000000000`,
}
const DETAILS: ChipDetails = {
  aid: 'A000000333010101',
  label: 'UnionPay Debit',
  terminalVerificationResults: '0000040800',
  transactionStatusInformation: 'E800',
  applicationTransactionCounter: '0007',
  cryptogram: '1122334455667788',
  cryptogramKind: 'ARQC',
}
const ACCEPTED: ChipCompletion = {
  accepted: true,
  details: { ...DETAILS, cryptogram: '8877665544332211', cryptogramKind: 'TC' },
  uploadField55: '9F270140',
  reversalField55: '950500000408009F36020007',
}

interface Played {
  readonly world: FakeWorld
  readonly outcome: unknown
  /** What the card was told, in order. */
  readonly told: readonly (ChipHostAnswer | undefined)[]
}

/** A sale with a chip whose second half is given. */
function sell(completion: Partial<ChipCompletion>, ...behaviours: Behaviour[]): Played {
  const world = openWorld()
  world.behaviours = behaviours
  const told: (ChipHostAnswer | undefined)[] = []
  const chip: ChipSession = {
    field55: '9F2701809F36020007',
    reversalField55: '950500000000009F36020007',
    details: DETAILS,
    verification: 'pin',
    // A generator without a yield: this card answers at once.
    *complete(answer) {
      told.push(answer)
      yield { kind: 'display', screen: { id: 'completingChip' } }
      return { ...ACCEPTED, ...completion }
    },
  }
  const plan = { type: 'sale', amountMinor: 12345, card: CARD, chip, verification: 'pin' } as const
  const outcome = world.perform(runTransaction(world.context, plan))
  return { world, outcome, told }
}

const SILENT: Behaviour = { kind: 'silent' }

describe('chip that does not come to a cryptogram', () => {
  const SALE = { kind: 'sale', amountMinor: 12345 } as const
  const inserted = (answer: TransmitAnswer) => {
    const world = openWorld()
    world.cards = [{ kind: 'chip', atr: fromHex('3B00') }]
    world.chipAnswer = answer
    return { world, outcome: world.run(SALE) }
  }

  it('taken out too early: nothing was sent, nothing is owed, and the operator is told', () => {
    const { world, outcome } = inserted({ kind: 'cardRemoved' })
    expect(outcome).toEqual({ kind: 'refused', reason: 'cardNotReadable', detail: 'card removed' })
    expect(world.screens()).toContain('cardRemovedEarly')
    expect(world.sent()).toEqual([])
  })

  it('no application that the terminal takes: refused, and the card is given back', () => {
    const { world, outcome } = inserted({ kind: 'response', bytes: fromHex('6A82') })
    expect(outcome).toEqual({ kind: 'refused', reason: 'cardRefused', detail: 'noCommonApplication' })
    expect(world.screens()).toContain('removeCard')
  })

  it('the reader goes away: the device is named', () => {
    const { outcome } = inserted({ kind: 'missing', device: 'cardReader' })
    expect(outcome).toEqual({ kind: 'failed', reason: 'device', detail: 'cardReader missing' })
  })
})

describe('chip online', () => {
  it('sends number, expiry, sequence and field 55; keeps the second cryptogram for slip and upload', () => {
    const { world, outcome, told } = sell({})
    expect(outcome).toMatchObject({ kind: 'approved' })
    const [request] = world.sent('0200')
    expect(request?.fields).toMatchObject({
      2: PAN,
      14: '3010',
      22: '052',
      23: '001',
      53: '0610000000000000',
    })
    expect(text(request, 55)).toBe('9F2701809F36020007')
    expect(told).toMatchObject([{ approved: true, responseCode: '00' }])
    expect(world.state.transactions[0]).toMatchObject({
      uploadField55: '9F270140',
      chip: { cryptogramKind: 'TC' },
    })
  })

  it('the card refuses after the approval: reversed with 96 and its reduced field 55, kept for the upload', () => {
    const { world, outcome } = sell({ accepted: false, failure: '00', uploadField55: '9F270100' })
    expect(outcome).toEqual({ kind: 'reversed', stan: '000002', reason: '96', reversal: 'accepted' })
    const [reversal] = world.sent('0400')
    expect(reversal?.fields).toMatchObject({ 2: PAN, 14: '3010', 23: '001', 38: '654321', 39: '96' })
    expect(text(reversal, 55)).toBe(ACCEPTED.reversalField55)
    expect(world.screens()).not.toContain('approved')
    expect(world.state.failedChips).toMatchObject([{ stan: '000002', failure: '00', field55: '9F270100' }])
    world.story = []
    world.run({ kind: 'settle' })
    const [failed] = world.sent('0320')
    expect(failed?.fields).toMatchObject({ 2: PAN, 22: '052', 60: '00000012204' })
    expect(String(world.sent('0320')[1]?.fields[48])).toBe('0001')
  })

  it('a wrong ARPC is told apart in the upload', () => {
    const { world } = sell({ accepted: false, failure: '01' })
    expect(world.state.failedChips).toMatchObject([{ failure: '01' }])
  })

  it('no answer: the reversal is durable before the card is told that the host could not be reached', () => {
    const { world, outcome, told } = sell({}, SILENT)
    expect(outcome).toMatchObject({ kind: 'reversed', reason: '98' })
    expect(told).toEqual([undefined])
    const kinds = world.story.map((each) => (each.kind === 'durable' ? each.record.kind : each.kind))
    expect(kinds.indexOf('abandoned')).toBeLessThan(kinds.lastIndexOf('shown'))
    expect(text(world.sent('0400')[0], 55)).toBe('950500000000009F36020007')
  })

  it('a decline is told to the card, and nothing is owed', () => {
    const { world, outcome, told } = sell({ accepted: false }, { kind: 'answer', code: '51' })
    expect(outcome).toMatchObject({ kind: 'declined', responseCode: '51' })
    expect(told).toMatchObject([{ approved: false, responseCode: '51' }])
    expect(world.state.reversal).toBeUndefined()
    expect(world.sent('0400')).toEqual([])
  })

  it('issuer scripts: their result goes out before the next transaction, and before a reversal', () => {
    const { world } = sell({ scriptField55: 'DF310520000000AA' })
    world.cards = [
      { kind: 'stripe', track1: undefined, track2: `${PAN}=30101010000000000`, track3: undefined },
    ]
    world.run({ kind: 'sale', amountMinor: 100 })
    expect(world.sent().map((each) => each.mti)).toEqual(['0200', '0620', '0200'])
    expect(world.sent('0620')[0]?.fields).toMatchObject({
      2: PAN,
      3: '000000',
      11: '000003',
      22: '052',
      23: '001',
      37: '000000000002',
      38: '654321',
      60: '00000012951',
      61: '0000120000021123',
    })
    expect(world.state.scriptResults).toEqual([])
  })

  it('a script result that nobody answers is given up after the configured attempts', () => {
    const { world } = sell({ scriptField55: 'DF310520000000AA' })
    for (let attempt = 0; attempt < 3; attempt++) {
      world.behaviours = [SILENT]
      world.run({ kind: 'sendPending' })
    }
    expect(world.sent('0620')).toHaveLength(3)
    expect(world.state.scriptResults).toEqual([])
  })

  it('a power cut between the approval and the second cryptogram leads to a reversal', () => {
    const world = openWorld()
    const chip: ChipSession = {
      field55: '9F270180',
      reversalField55: '9505',
      details: DETAILS,
      verification: 'none',
      *complete() {
        yield { kind: 'display', screen: { id: 'completingChip' } }
        throw new Error('power')
      },
    }
    const plan = { type: 'sale', amountMinor: 1, card: CARD, chip, verification: 'none' } as const
    expect(() => world.perform(runTransaction(world.context, plan))).toThrow('power')
    expect(world.host.balanceMinor()).toBe(1)
    world.restart()
    expect(world.host.balanceMinor()).toBe(0)
    expect(world.state.transactions[0]?.status).toBe('reversed')
  })
})
