import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runHere } from './run-here.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-rates-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const data = () => ['--data', join(directory, 'host')]

describe('tillwire host rates', () => {
  it('sets, imports and lists, each as the next version', async () => {
    const set = await runHere('host', 'rates', 'set', 'USD', '0.15', '--markup', '250', ...data())
    expect(set.errors).toBe('')
    expect(set.code).toBe(0)
    expect(set.output).toContain('1 CNY = 0.15 USD  markup 2.50 %  offered at 0.15375')
    const path = join(directory, 'rates.csv')
    writeFileSync(path, 'base,CNY\nsource,BANK\nrate,KWD,0.043,0,20260101000000,20261231235959\n')
    expect((await runHere('host', 'rates', 'import', path, '--json', ...data())).output).toBe(
      '{"version":3,"count":0}\n',
    )
    const listed = await runHere('host', 'rates', 'list', '--json', ...data())
    expect(JSON.parse(listed.output)).toMatchObject({ version: 3, source: 'BANK', ranges: [] })
  })

  it.each([
    [['set', 'XYZ', '1'], 2, 'no currency'],
    [['set', 'USD', '1,5'], 2, 'no decimal number'],
    [['set', 'USD', '--remove'], 2, 'to remove'],
    [['set', 'KWD', '--until', '20190101000000'], 1, 'ends before it begins'],
    [['import', '/nothing/is/there.csv'], 2, "can't be read"],
  ] as const)('%j: exit code %d and a sentence', async (words, code, sentence) => {
    const result = await runHere('host', 'rates', ...words, ...data())
    expect(result.code).toBe(code)
    expect(result.errors).toContain(sentence)
    expect(result.errors).not.toContain('    at ')
  })

  it('says which currencies a merchant takes', async () => {
    const mid = '001290058120001'
    const set = await runHere('host', 'currencies', '--mid', mid, '--set', 'USD,JPY', '--json', ...data())
    expect(JSON.parse(set.output)).toMatchObject([{ mid, currency: '156', currencies: ['392', '840'] }])
    expect((await runHere('host', 'currencies', '--set', 'USD', ...data())).code).toBe(2)
  })
})
