import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { TurnLines } from '../../../src/host/service/turn-lines.ts'

const MODULE = new URL('../../../src/host/service/turn-lines.ts', import.meta.url).href

describe('the log lines of one turn', () => {
  it('are written together, in order, and those of the next turn apart', async () => {
    const written: string[] = []
    const lines = new TurnLines({ write: (text) => written.push(text) })
    for (const line of ['one\n', 'two\n', 'three\n']) lines.write(line)
    expect(written).toEqual([])
    await new Promise((done) => setImmediate(done))
    expect(written).toEqual(['one\ntwo\nthree\n'])
    lines.write('four\n')
    await new Promise((done) => setImmediate(done))
    expect(written).toEqual(['one\ntwo\nthree\n', 'four\n'])
  })

  it('are not lost when the process ends within the turn', () => {
    const program = `const { TurnLines } = await import(${JSON.stringify(MODULE)})
      new TurnLines(process.stdout).write('last')
      process.exit(0)`
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('last')
  })
})
