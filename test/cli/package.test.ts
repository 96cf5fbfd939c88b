import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { buildCommand } from '../../src/cli/commands/package.ts'
import { Finding, UsageFailure } from '../../src/cli/failure.ts'

const directory = mkdtempSync(join(tmpdir(), 'tillwire-package-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const at = (name: string): string => join(directory, name)

/** Runs the command; what it printed. */
async function run(...args: string[]): Promise<string> {
  const lines: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text))
    return true
  })
  try {
    await buildCommand().parseAsync(args, { from: 'user' })
  } finally {
    spy.mockRestore()
  }
  return lines.join('')
}

describe('tillwire package', () => {
  it('makes keys and a package, signs it, shows and verifies it', async () => {
    writeFileSync(at('content.json'), JSON.stringify({ profile: { receiptFooterEn: 'THANK YOU' } }))
    await run('keygen', '--out', at('key'))
    expect(statSync(at('key')).mode & 0o077).toBe(0)
    const key = readFileSync(at('key'), 'utf8').trim()
    expect(
      await run('make', '--content', at('content.json'), '--out', at('a.twpk'), '--version', '1.2.3'),
    ).not.toContain(key)
    expect(await run('show', at('a.twpk'))).toContain('nobody yet')
    await expect(run('verify', at('a.twpk'), '--key', at('key.pub'))).rejects.toThrow(Finding)
    expect(await run('sign', at('a.twpk'), '--key', at('key'))).not.toContain(key)
    expect(JSON.parse(await run('show', at('a.twpk'), '--json'))).toMatchObject({ version: '1.2.3' })
    expect(await run('verify', at('a.twpk'), '--key', at('key.pub'))).toContain('good')
    await run('keygen', '--out', at('other'))
    await expect(run('verify', at('a.twpk'), '--key', at('other.pub'))).rejects.toThrow('did not sign')
    writeFileSync(at('b.twpk'), readFileSync(at('a.twpk')).subarray(0, -1))
    await expect(run('verify', at('b.twpk'), '--key', at('key.pub'))).rejects.toThrow('cut short')
  })

  it('refuses content that no terminal would take', async () => {
    writeFileSync(at('bad.json'), JSON.stringify({ profile: { terminalId: '99999999' } }))
    const args = ['--content', at('bad.json'), '--out', at('c.twpk'), '--version', '1.0.0']
    await expect(run('make', ...args)).rejects.toThrow(UsageFailure)
    writeFileSync(at('good.json'), '{}')
    await expect(
      run('make', '--content', at('good.json'), '--out', at('c.twpk'), '--version', 'one'),
    ).rejects.toThrow('x.y.z')
  })
})
