import { describe, expect, test } from 'vitest'
import { type NewTicket, Tickets } from '../../../src/host/monitoring/tickets.ts'
import { OfficeInMemory } from './office-in-memory.ts'

const NEW: NewTicket = {
  title: '打印机缺纸 [E-PAPER]',
  severity: 'normal',
  source: 'terminalMessage',
  subject: '10000001',
  knowledgeKey: 'E-PAPER',
  note: 'called at nine',
}
function open() {
  const office = new OfficeInMemory()
  return { office, tickets: new Tickets(office.database, office.audit, office.clock) }
}

describe('tickets', () => {
  test('keep when somebody answered and when it was solved', () => {
    const { office, tickets } = open()
    const { number } = tickets.open('cashier', NEW)
    office.nowMs += 60_000
    const change = { severity: 'normal', assignee: 'tom', note: '' } as const
    // Whoever opened it does not answer it.
    expect(
      tickets.change('cashier', number, { ...change, state: 'open', version: 1 }).answeredAtMs,
    ).toBeNull()
    expect(tickets.change('tom', number, { ...change, state: 'working', version: 2 })).toMatchObject({
      answeredAtMs: office.nowMs,
      solvedAtMs: null,
    })
    office.nowMs += 60_000
    const solved = tickets.change('tom', number, { ...change, state: 'solved', note: 'new roll', version: 3 })
    expect(solved).toMatchObject({ solvedAtMs: office.nowMs, version: 4 })
    expect(tickets.unsolvedCount()).toBe(0)
    expect(tickets.change('tom', number, { ...change, state: 'working', version: 4 }).solvedAtMs).toBeNull()
    expect(tickets.notes(number).map(({ actor, note }) => [actor, note])).toEqual([
      ['cashier', 'called at nine'],
      ['tom', 'new roll'],
    ])
    expect(office.actions()).toEqual([...Array(4).fill('ticket.changed'), 'ticket.opened'])
  })
  test('are changed by one person at a time, and only as they may', () => {
    const { tickets } = open()
    const { number } = tickets.open('anna', NEW)
    const change = { severity: 'high', assignee: '', note: '' } as const
    tickets.change('anna', number, { ...change, state: 'closed', version: 1 })
    expect(() => tickets.change('bob', number, { ...change, state: 'working', version: 1 })).toThrow(
      expect.objectContaining({ kind: 'changed' }),
    )
    expect(() => tickets.change('bob', number, { ...change, state: 'working', version: 2 })).toThrow(
      /can't become/,
    )
    expect(() => tickets.get(99)).toThrow(expect.objectContaining({ kind: 'notFound' }))
  })
  test('are one for one alarm', () => {
    const { tickets } = open()
    const first = tickets.open('anna', { ...NEW, source: 'alarm', alarmNumber: 7 })
    expect(tickets.open('bob', { ...NEW, source: 'alarm', alarmNumber: 7 })).toEqual(first)
  })
  test('stand in the order in which they are wanted', () => {
    const { tickets } = open()
    for (const severity of ['low', 'critical', 'normal'] as const) tickets.open('anna', { ...NEW, severity })
    expect(tickets.list({ state: 'unsolved', limit: 9 }).map(({ severity }) => severity)).toEqual([
      'critical',
      'normal',
      'low',
    ])
  })
})
