import { describe, expect, it } from 'vitest'
import { asciiToBytes, fromHex } from '../../../src/base/bytes.ts'
import { expectRightBooks } from './books.ts'
import { FOREIGN_PAN, OTHER_PAN, PAN, TestHost, TID } from './test-host.ts'
import { amountText, type Reply, stanText, TestTerminal } from './test-terminal.ts'

const code = ({ fields }: Reply) => fields[39]

/** Debit amount and count, credit amount and count. */
type Figures = readonly [number, number, number, number]
const NOTHING: Figures = [0, 0, 0, 0]

function classText([debit, debits, credit, credits]: Figures): string {
  return `${amountText(debit)}${String(debits).padStart(3, '0')}${amountText(credit)}${String(credits).padStart(3, '0')}0`
}

function settle(terminal: TestTerminal, domestic: Figures, foreign: Figures = NOTHING): Reply {
  const fields = {
    48: classText(domestic) + classText(foreign),
    49: '156',
    60: terminal.field60('00', '201'),
    63: '01 ',
  }
  return terminal.send('0500', fields, { mac: false })
}

const flags = (reply: Reply) => String(reply.fields[48]).charAt(30) + String(reply.fields[48]).charAt(61)

interface Told {
  readonly reply: Reply
  readonly pan?: string
  readonly amount?: number
  readonly foreign?: boolean
}

function uploadStripes(terminal: TestTerminal, records: readonly Told[]): Reply {
  const body = records.map(({ reply, pan = PAN, amount, foreign }) => {
    const amountMinor = amount ?? Number(reply.fields[4])
    return `${foreign === true ? '01' : '00'}${reply.fields[11]}${pan.padStart(20, '0')}${amountText(amountMinor)}`
  })
  const fields = {
    48: String(records.length).padStart(2, '0') + body.join(''),
    60: terminal.field60('00', '201'),
  }
  return terminal.send('0320', fields, { mac: false })
}

function endBatch(terminal: TestTerminal, networkCode: '202' | '207', count: number): Reply {
  const fields = { 48: String(count).padStart(4, '0'), 60: terminal.field60('00', networkCode) }
  return terminal.send('0320', fields, { mac: false })
}

function begin() {
  const host = new TestHost()
  return { host, terminal: TestTerminal.signedIn(host) }
}

describe('host: settlement', () => {
  it('balanced totals of a whole day: no field 39, flags 1 and 1', () => {
    const { host, terminal } = begin()
    const voided = terminal.sale({ amount: 1_000 })
    terminal.voidOf(voided)
    const kept = terminal.sale({ amount: 2_000 })
    terminal.refundOf(kept, { amount: 500 })
    terminal.completionOf(terminal.preAuthorisation({ amount: 4_000 }), { amount: 3_000 })
    terminal.reverse(terminal.sale({ amount: 8_000 }))
    terminal.sale({ amount: 9_999_999 })
    terminal.sale({ amount: 700, pan: FOREIGN_PAN })
    const reply = settle(terminal, [6_000, 3, 1_500, 2], [700, 1, 0, 0])
    expect(reply.mti).toBe('0510')
    expect(reply.mac).toBe('absent')
    expect(reply.fields[39]).toBeUndefined()
    expect(flags(reply)).toBe('11')
    expect(host.store.listBatches()).toMatchObject([
      { state: 'settling', domesticFlag: '1', foreignFlag: '1' },
    ])
  })

  it('each figure that differs makes its class unbalanced; a malformed field 48 is an error', () => {
    const { terminal } = begin()
    terminal.sale({ amount: 1_000 })
    expect(flags(settle(terminal, [1_001, 1, 0, 0]))).toBe('21')
    expect(flags(settle(terminal, [1_000, 2, 0, 0]))).toBe('21')
    expect(flags(settle(terminal, [1_000, 1, 1, 0]))).toBe('21')
    expect(flags(settle(terminal, [1_000, 1, 0, 1]))).toBe('21')
    expect(flags(settle(terminal, [1_000, 1, 0, 0], [0, 1, 0, 0]))).toBe('12')
    expect(flags(settle(terminal, [1_000, 1, 0, 0]))).toBe('11')
    const malformed = terminal.send('0500', { 48: '123', 60: terminal.field60('00', '201') }, { mac: false })
    expect(flags(malformed)).toBe('33')
  })

  it('batch end closes the batch, opens the next, and answers again when told again', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale({ amount: 1_000 })
    settle(terminal, [1_000, 1, 0, 0])
    expect([endBatch(terminal, '207', 0), endBatch(terminal, '207', 0)].map(code)).toEqual(['00', '00'])
    expect(host.terminal().batchNumber).toBe(2)
    expect(host.store.listBatches(TID)).toMatchObject([{ batchNumber: 1, state: 'closed', recordCount: 0 }])
    expect(code(terminal.sale())).toBe('77')
    terminal.batch = 2
    expect(code(terminal.sale({ stan: Number(sale.fields[11]) }))).toBe('00')
    expectRightBooks(host)
  })

  it('a settlement whose answer was lost after the batch closed is answered again', () => {
    const { terminal } = begin()
    terminal.sale({ amount: 1_000 })
    settle(terminal, [999, 1, 0, 0])
    endBatch(terminal, '202', 0)
    expect(flags(settle(terminal, [999, 1, 0, 0]))).toBe('21')
    terminal.batch = 5
    expect(code(settle(terminal, NOTHING))).toBe('77')
  })

  it('after the batch closed: reversal 12, void 12, refund allowed', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale({ amount: 1_000 })
    settle(terminal, [1_000, 1, 0, 0])
    endBatch(terminal, '207', 0)
    expect(code(terminal.reverse(sale))).toBe('12')
    expect(code(terminal.reverseStan(900))).toBe('25')
    terminal.batch = 2
    expect(code(terminal.voidOf(sale))).toBe('12')
    expect(code(terminal.refundOf(sale))).toBe('00')
    expectRightBooks(host)
  })

  it('uploads before the totals, and a batch end without them, are refused', () => {
    const { terminal } = begin()
    const sale = terminal.sale()
    expect(code(uploadStripes(terminal, [{ reply: sale }]))).toBe('12')
    expect(code(endBatch(terminal, '207', 0))).toBe('12')
  })

  it('not signed in: 77', () => {
    const terminal = new TestTerminal(new TestHost())
    expect(code(settle(terminal, NOTHING))).toBe('77')
  })
})

describe('host: batch upload', () => {
  const results = (host: TestHost) =>
    host.store.listUploads({ tid: TID, batchNumber: 1 }).map(({ stan, result }) => [stan, result])

  it('each record is matched, differs or is extra; what is not told is missing at the end', () => {
    const { host, terminal } = begin()
    const [right, otherAmount, otherCard, untold] = [1, 2, 3, 4].map((amount) => terminal.sale({ amount }))
    settle(terminal, [9, 9, 0, 0])
    const strange = { ...(right as Reply), fields: { 4: amountText(5), 11: stanText(777) } }
    const reply = uploadStripes(terminal, [
      { reply: right as Reply },
      { reply: otherAmount as Reply, amount: 99 },
      { reply: otherCard as Reply, pan: OTHER_PAN },
      { reply: strange },
    ])
    expect(reply).toMatchObject({ mti: '0330', fields: { 39: '00' } })
    endBatch(terminal, '202', 4)
    const stanOf = (each: Reply | undefined) => Number(each?.fields[11])
    expect(results(host)).toEqual([
      [stanOf(right), 'matched'],
      [stanOf(otherAmount), 'differs'],
      [stanOf(otherCard), 'differs'],
      [stanOf(untold), 'missing'],
      [777, 'extra'],
    ])
    expectRightBooks(host)
  })

  it('the same message twice counts once', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale({ amount: 1 })
    settle(terminal, [2, 1, 0, 0])
    uploadStripes(terminal, [{ reply: sale }])
    uploadStripes(terminal, [{ reply: sale }])
    endBatch(terminal, '202', 1)
    expect(results(host)).toHaveLength(1)
  })

  it('nothing is missing in a class that balanced', () => {
    const { host, terminal } = begin()
    terminal.sale({ amount: 1 })
    const foreign = terminal.sale({ amount: 2, pan: FOREIGN_PAN })
    settle(terminal, [1, 1, 0, 0], [3, 1, 0, 0])
    endBatch(terminal, '202', 0)
    expect(results(host)).toEqual([[Number(foreign.fields[11]), 'missing']])
  })

  it('chip records, failed chip records and notices are taken by their STAN', () => {
    const { host, terminal } = begin()
    const sale = terminal.sale({ amount: 300 })
    const refund = terminal.refundOf(sale, { amount: 100 })
    const reversed = terminal.sale({ amount: 50 })
    terminal.reverse(reversed)
    settle(terminal, [1, 0, 0, 0])
    const chip = (reply: Reply, networkCode: string, amount: number, type: string) =>
      terminal.send(
        '0320',
        {
          2: PAN,
          4: amountText(amount),
          11: reply.fields[11],
          22: '051',
          55: fromHex('9F360200 01'),
          60: terminal.field60('00', networkCode),
          62: asciiToBytes(`${type}0000${amountText(amount)}156`),
        },
        { mac: false },
      )
    expect(code(chip(sale, '205', 300, '61'))).toBe('00')
    expect(code(chip(reversed, '206', 50, '71'))).toBe('00')
    const notice = { 2: PAN, 4: amountText(100), 11: refund.fields[11], 60: terminal.field60('25', '000') }
    expect(code(terminal.send('0320', notice, { mac: false }))).toBe('00')
    endBatch(terminal, '202', 3)
    expect(results(host).map(([, result]) => result)).toEqual(['matched', 'matched', 'matched'])
  })

  it('a chip record under the number of its own message is found by card and amount', () => {
    const { host, terminal } = begin()
    terminal.sale({ amount: 300 })
    settle(terminal, [1, 0, 0, 0])
    const fields = {
      2: PAN,
      22: '051',
      60: terminal.field60('00', '205'),
      62: asciiToBytes(`610000${amountText(300)}156`),
    }
    terminal.send('0320', fields, { mac: false })
    endBatch(terminal, '202', 1)
    expect(results(host).map(([, result]) => result)).toEqual(['matched'])
  })

  it('a sale after the totals does not slip through the batch end', () => {
    const { host, terminal } = begin()
    settle(terminal, NOTHING)
    const late = terminal.sale({ amount: 5 })
    endBatch(terminal, '207', 0)
    expect(host.store.listBatches(TID)).toMatchObject([{ state: 'closed', domesticFlag: '2' }])
    expect(results(host)).toEqual([[Number(late.fields[11]), 'missing']])
  })

  it('records of a wrong form: 30', () => {
    const { terminal } = begin()
    settle(terminal, NOTHING)
    const send = (field48: string) =>
      code(terminal.send('0320', { 48: field48, 60: terminal.field60('00', '201') }, { mac: false }))
    expect(send('02'.padEnd(42, '0'))).toBe('30')
    expect(send('0')).toBe('30')
  })
})
