import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.ts'
import { terminalCodec } from '../../../src/terminal/adapters/frame-summary.ts'
import { openTerminalLog } from '../../../src/terminal/adapters/terminal-log.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-log-test-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('the log of a terminal', () => {
  const path = (): string => join(directory, 'terminal.log')

  it('goes on where it was, and is set aside when it is large', () => {
    for (let start = 1; start <= 2; start++) {
      const log = openTerminalLog(directory, 'info')
      log.event('opened', { start })
      log.close()
    }
    expect(readFileSync(path(), 'utf8').trim().split('\n')).toHaveLength(2)
    truncateSync(path(), 17 * 1024 * 1024)
    const log = openTerminalLog(directory, 'info')
    log.event('opened')
    log.close()
    expect(statSync(path()).size).toBeLessThan(200)
    expect(statSync(`${path()}.1`).size).toBe(17 * 1024 * 1024)
  })

  it('has the fields of messages only at debug, and nothing at silent', () => {
    const message = terminalCodec().encode({ mti: '0820', fields: { 11: '000012', 41: '10000001' } })
    if (!message.ok) throw new Error(message.error.kind)
    const frame = concatBytes([new Uint8Array(11), message.value])
    for (const level of ['silent', 'info', 'debug'] as const) {
      writeFileSync(path(), '')
      const log = openTerminalLog(directory, level)
      log.frame('sent', frame)
      log.line('disconnected', 'lost')
      log.close()
      const text = readFileSync(path(), 'utf8')
      expect(text === '').toBe(level === 'silent')
      expect(text.includes('"fields"')).toBe(level === 'debug')
    }
  })

  it('that is closed takes nothing more, and does not mind', () => {
    const log = openTerminalLog(directory, 'info')
    log.close()
    log.event('after the end')
    expect(existsSync(path())).toBe(true)
  })
})
