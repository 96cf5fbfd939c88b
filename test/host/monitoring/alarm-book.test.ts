import { describe, expect, test } from 'vitest'
import { openKnowledgeBase } from '../../../src/host/knowledge/knowledge-base.ts'
import { AlarmBook } from '../../../src/host/monitoring/alarm-book.ts'
import { ALARM_KINDS, ALARM_RULES } from '../../../src/host/monitoring/alarm-rules.ts'
import { OfficeInMemory } from './office-in-memory.ts'

function open() {
  const office = new OfficeInMemory()
  return { office, book: new AlarmBook(office.database, office.audit, office.clock) }
}
const rate = (value: number | undefined, count = 100) =>
  ({ kind: 'successRate', subject: '10000001', value, count }) as const

describe('alarms', () => {
  test('are raised beyond the threshold, stay between the two, and clear by themselves', () => {
    const { book } = open()
    expect(book.take([rate(0.9)])).toEqual([])
    expect(book.take([rate(0.69)])).toMatchObject([{ kind: 'successRate', clearedAtMs: null, worst: 0.69 }])
    expect(book.take([rate(0.5)])).toEqual([])
    expect(book.take([rate(0.75)])).toEqual([])
    expect(book.list({ state: 'up', limit: 9 })).toMatchObject([{ value: 0.75, worst: 0.5 }])
    expect(book.take([rate(0.81)])).toMatchObject([{ clearedAtMs: expect.any(Number), worst: 0.5 }])
    expect(book.upCount()).toBe(0)
    expect(book.take([rate(0.75)])).toEqual([])
  })
  test('say nothing of a handful of transactions, nor of nothing at all', () => {
    const { book } = open()
    expect(book.take([rate(0, 19), rate(undefined, 0)])).toEqual([])
    book.take([rate(0)])
    expect(book.take([rate(undefined, 0)])).toEqual([])
    expect(book.upCount('critical')).toBe(1)
  })
  test('outlive a restart, and one of a kind and subject is up at a time', () => {
    const { office, book } = open()
    book.take([rate(0)])
    const again = new AlarmBook(office.database, office.audit, office.clock)
    expect(again.take([rate(0)])).toEqual([])
    expect(again.list({ state: 'all', limit: 9 })).toHaveLength(1)
  })
  test('are acknowledged once: the second person is told who was first', () => {
    const { office, book } = open()
    const [alarm] = book.take([rate(0)])
    const { number = 0, version = 0 } = alarm ?? {}
    expect(book.acknowledge('anna', number, version)).toMatchObject({ acknowledgedBy: 'anna' })
    expect(() => book.acknowledge('bob', number, version)).toThrow(
      expect.objectContaining({
        kind: 'changed',
        present: expect.objectContaining({ acknowledgedBy: 'anna' }),
      }),
    )
    expect(office.actions()).toEqual(['alarm.acknowledged'])
    book.take([rate(0.1)])
    expect(book.get(number)).toMatchObject({ acknowledgedBy: 'anna', value: 0.1 })
  })
  test('follow a rule that was changed or switched off', () => {
    const { book } = open()
    book.take([rate(0.5)])
    const [rule] = book.rules.list().filter(({ kind }) => kind === 'successRate')
    if (rule === undefined) throw new Error('no rule')
    expect(() => book.rules.change('anna', { ...rule, clearAt: 0.1 })).toThrow(/good side/)
    const next = book.rules.change('anna', { ...rule, raiseAt: 0.3, clearAt: 0.4 })
    expect(() => book.rules.change('bob', rule)).toThrow(
      expect.objectContaining({ kind: 'changed', present: next }),
    )
    expect(book.take([rate(0.5)])).toMatchObject([{ clearedAtMs: expect.any(Number) }])
    book.take([rate(0.2)])
    book.rules.change('anna', { ...next, enabled: false })
    expect(book.take([rate(0.2)])).toMatchObject([{ clearedAtMs: expect.any(Number) }])
  })
  test('watch one terminal by a rule of its own, until it is taken away', () => {
    const { office, book } = open()
    const low = (subject: string, value: number) =>
      ({ kind: 'batteryLow', subject, value, count: 1 }) as const
    const general = book.rules.list().find(({ kind }) => kind === 'batteryLow')
    if (general === undefined) throw new Error('no rule')
    const own = book.rules.change('anna', { ...general, subject: '10000001', raiseAt: 40, clearAt: 50 })
    expect(() => book.rules.change('bob', { ...own, version: 0 })).toThrow(
      expect.objectContaining({ kind: 'changed', present: own }),
    )
    expect(book.take([low('10000001', 39), low('10000002', 39)])).toMatchObject([{ subject: '10000001' }])
    expect(book.take([low('10000001', 45)])).toEqual([])
    expect(() => book.rules.remove('bob', { ...own, version: 7 })).toThrow(
      expect.objectContaining({ kind: 'changed' }),
    )
    book.rules.remove('anna', own)
    expect(book.take([low('10000001', 39)])).toMatchObject([{ clearedAtMs: expect.any(Number) }])
    expect(book.rules.list().filter(({ subject }) => subject !== '')).toEqual([])
    expect(office.actions()).toEqual(['alarm.ruleRemoved', 'alarm.ruleChanged'])
  })
  test('have each an article that says what to do', () => {
    const knowledge = openKnowledgeBase()
    for (const kind of ALARM_KINDS) expect(knowledge.find(ALARM_RULES[kind].knowledgeKey), kind).toBeDefined()
  })
})
