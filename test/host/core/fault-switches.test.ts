import { describe, expect, it } from 'vitest'
import { FaultSwitches } from '../../../src/host/core/fault-switches.ts'
import { parseBehaviour } from '../../../src/host/core/test-behaviour.ts'
import { MemoryStore } from '../../../src/host/store/memory-store.ts'
import { TestHost, TID } from './test-host.ts'
import { TestTerminal } from './test-terminal.ts'

function begin(text: string, { testBehaviour = true, tid }: { testBehaviour?: boolean; tid?: string } = {}) {
  const faults = new FaultSwitches()
  const host = new TestHost(new MemoryStore(), { faults, testBehaviour })
  const terminal = TestTerminal.signedIn(host)
  const behaviour = parseBehaviour(text)
  if (behaviour === undefined) throw new Error(`${text} is no behaviour`)
  faults.turnOn({ tid, behaviour, timesLeft: undefined, by: 'test', sinceMs: 0 })
  return { faults, terminal }
}

describe('fault switches', () => {
  it('make the MAC of replies wrong until switched off', () => {
    const { faults, terminal } = begin('wrongMac')
    expect([terminal.sale({ amount: 100 }).mac, terminal.sale({ amount: 100 }).mac]).toEqual([
      'wrong',
      'wrong',
    ])
    expect(faults.list()).toMatchObject([{ actedTimes: 2 }])
    faults.turnOff(undefined)
    expect(terminal.sale({ amount: 100 }).mac).toBe('right')
  })

  it('win over an amount that forces another answer', () => {
    const { terminal } = begin('respond:05', { tid: TID })
    expect(terminal.sale({ amount: 770_051 }).fields[39]).toBe('05')
  })

  it('leave voids and reversals to the rules, so that a day can be brought to an end', () => {
    const { faults, terminal } = begin('ignore')
    expect(terminal.sale({ amount: 100 }).outcome.plan.kind).toBe('silent')
    const reversal = terminal.reverseStan(terminal.stan, { 4: '000000000100' })
    expect(reversal.outcome.plan.kind).toBe('reply')
    expect(faults.list()).toMatchObject([{ actedTimes: 1 }])
  })

  it('do nothing at a host without test behaviour', () => {
    const { terminal } = begin('respond:05', { testBehaviour: false })
    expect(terminal.sale({ amount: 100 }).fields[39]).toBe('00')
  })
})
