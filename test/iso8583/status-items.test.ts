import { expect, test } from 'vitest'
import { formatSoftwareStatus } from '../../src/iso8583/subfields/software-status.ts'
import { formatStatusItems, parseStatusItems } from '../../src/iso8583/subfields/status-items.ts'

const DEVICES = '011021031041051'

test('version, paper and battery stand behind the devices, the packages behind them', () => {
  const items = formatStatusItems({
    softwareVersion: '0.9.0',
    paper: 'out',
    battery: { percent: 7, isCharging: true },
  })
  expect(items).toBe('610.9.0           632640071')
  const packages = formatSoftwareStatus({ state: 'active', version: '1.2.0', about: '1.2.0' })
  for (const text of [`${DEVICES}${items}`, `${DEVICES}1234${items}${packages}`])
    expect(parseStatusItems(text)).toEqual({
      softwareVersion: '0.9.0',
      paper: 'out',
      battery: { percent: 7, isCharging: true },
    })
})

test('a terminal tells of its last backup and restore drill', () => {
  const backups = [
    { kind: 'backup', atS: 1_795_000_000, digest: '0123456789abcdef' },
    { kind: 'restoreDrill', atS: 1_795_000_060, digest: 'fedcba9876543210' },
  ] as const
  const items = formatStatusItems({ softwareVersion: '1', paper: 'ok', backups })
  expect(items).toBe(`61${'1'.padEnd(16)}63065B17950000000123456789abcdef65R1795000060fedcba9876543210`)
  expect(parseStatusItems(`${DEVICES}${items}`)).toEqual({ softwareVersion: '1', paper: 'ok', backups })
})

test('what is not said is not known, and other texts say nothing', () => {
  expect(parseStatusItems(`${DEVICES}${formatStatusItems({ softwareVersion: '1.2.3' })}`)).toEqual({
    softwareVersion: '1.2.3',
  })
  expect(parseStatusItems(`${DEVICES}${formatStatusItems({ paper: 'ok' })}`)).toEqual({ paper: 'ok' })
  for (const text of ['', DEVICES, '611.2.3631', `${DEVICES}1161 630`, `61${' '.repeat(16)}64999 `])
    expect(parseStatusItems(text)).toEqual({})
  expect(parseStatusItems(`61${'1.2.3'.padEnd(16)}642000`)).toEqual({ softwareVersion: '1.2.3' })
})
