import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Finding, UsageFailure } from '../../src/cli/failure.ts'
import { startWorkers } from '../../src/cli/load/load-workers.ts'
import { checkReportFile, writeReportFile } from '../../src/cli/load/report-file.ts'
import type { LoadOrders } from '../../src/load/load-orders.ts'
import { openFilesIn } from '../../src/load/process-vitals.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-load-files-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

describe('the file of a report', () => {
  it('is proved before the load: a folder, or a place that is not there', () => {
    expect(() => checkReportFile(directory)).toThrow(UsageFailure)
    expect(() => checkReportFile(join(directory, 'none', 'report.html'))).toThrow('--html: ')
  })

  it('which is there stays as it is until there is a new one, and one that is not is not made', () => {
    const path = join(directory, 'report.html')
    checkReportFile(path)
    expect(existsSync(path)).toBe(false)
    writeFileSync(path, 'the report before')
    checkReportFile(path)
    expect(readFileSync(path, 'utf8')).toBe('the report before')
  })

  it('on a full disk is told in a sentence', () => {
    expect(() => writeReportFile('/dev/full', '<html>')).toThrow(Finding)
    expect(() => writeReportFile('/dev/full', '<html>')).toThrow('check the space on disk')
  })
})

describe('open files of a process', () => {
  const limits = (soft: string): string =>
    ['Limit                     Soft Limit           Hard Limit           Units', soft].join('\n')

  it('are read as the system writes them down', () => {
    expect(
      openFilesIn(limits('Max open files            1024                 1048576              files')),
    ).toBe(1024)
    expect(
      openFilesIn(limits('Max open files            unlimited            unlimited            files')),
    ).toBe(undefined)
  })
})

describe('processes of a load', () => {
  it('that are stopped while they start are no failure', async () => {
    const orders: LoadOrders = {
      index: 0,
      workers: 1,
      seed: 1,
      address: { host: '127.0.0.1', port: 1 },
      subject: { kind: 'target', file: join(directory, 'none.json') },
      mixFile: undefined,
      firstNumber: 1,
      connections: 1,
      pacing: { kind: 'closed', outstanding: 1 },
      timeoutMs: 1000,
      durationMs: 1000,
      warmupMs: 0,
    }
    const workers = startWorkers([orders, { ...orders, index: 1 }], { second: () => {}, ready: () => {} })
    workers.stop()
    expect(await workers.ends).toEqual([])
  })
})
