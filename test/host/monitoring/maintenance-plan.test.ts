import { describe, expect, test } from 'vitest'
import { readTerminalTypes } from '../../../hardware/profiles/terminal-type.ts'
import { MaintenancePlan, needlessTasks } from '../../../src/host/monitoring/maintenance-plan.ts'
import { OfficeInMemory } from './office-in-memory.ts'

const DAY_MS = 86_400_000
const TID = '10000001'

function open() {
  const office = new OfficeInMemory()
  const plan = new MaintenancePlan(office.database, office.audit, office.clock)
  const terminals = [{ tid: TID, sinceMs: office.nowMs }]
  const late = () =>
    plan
      .due(terminals)
      .filter(({ isOverdue }) => isOverdue)
      .map(({ kind }) => kind)
  return { office, plan, terminals, late }
}

describe('the maintenance plan', () => {
  test('has nothing due on the first day, the weekly checks after a week, the rest after a month', () => {
    const { office, late } = open()
    expect(late()).toEqual([])
    office.nowMs += 7 * DAY_MS
    expect(late()).toEqual(['softwareCheck', 'backup'])
    office.nowMs += 23 * DAY_MS
    expect(late().sort()).toEqual(['backup', 'cleaning', 'hardwareCheck', 'paper', 'softwareCheck'])
  })
  test('asks nobody for the battery or the paper of a type that has none', () => {
    const { office, plan, terminals } = open()
    office.nowMs += 100 * DAY_MS
    const of = (name: string) => {
      const type = readTerminalTypes().get(name)
      if (type === undefined) throw new Error(name)
      const { capabilities } = type
      return (more: Partial<typeof capabilities>) =>
        plan
          .due(
            terminals.map((each) => ({
              ...each,
              needless: needlessTasks({ ...type, capabilities: { ...capabilities, ...more } }),
            })),
          )
          .map(({ kind }) => kind)
    }
    expect(of('fixed')({})).not.toContain('battery')
    expect(of('fixed')({})).toContain('paper')
    expect(of('mobile')({})).toContain('battery')
    expect(of('mobile')({ printer: false })).not.toContain('paper')
  })
  test('takes a status upload for both checks, and what it found is due again at once', () => {
    const { office, plan, late } = open()
    office.nowMs += 31 * DAY_MS
    const status = { tid: TID, atMs: office.nowMs, softwareVersion: '1.2.0', batteryPercent: 80 }
    plan.takeStatus({ ...status, devices: { printer: true, pinPad: true } })
    expect(late()).not.toContain('softwareCheck')
    expect(late()).not.toContain('hardwareCheck')
    office.nowMs += 1000
    plan.takeStatus({ ...status, atMs: office.nowMs, devices: { printer: false, pinPad: true } })
    expect(late()).toContain('hardwareCheck')
    expect(plan.status(TID)).toMatchObject({ batteryPercent: 80, devices: { printer: false } })
    expect(plan.evidence(TID, 9)[1]).toMatchObject({ kind: 'hardwareCheck', isGood: false, note: 'printer' })
    expect(office.actions()).toHaveLength(4)
  })
  test('follows its policy; two who change it at once do not overwrite each other', () => {
    const { office, plan, late } = open()
    const { days, version } = plan.policy()
    const never = {
      softwareCheck: 0,
      hardwareCheck: 0,
      backup: 1,
      cleaning: 0,
      battery: 0,
      paper: 0,
      restoreDrill: 0,
      retention: 0,
    }
    plan.changePolicy('anna', { days: never, version })
    expect(() => plan.changePolicy('bob', { days, version })).toThrow(
      expect.objectContaining({ kind: 'changed' }),
    )
    office.nowMs += 400 * DAY_MS
    expect(late()).toEqual(['backup'])
    plan.note({ tid: TID, kind: 'backup', atMs: office.nowMs, actor: 'anna', isGood: true, note: '' })
    expect(late()).toEqual([])
  })
})
