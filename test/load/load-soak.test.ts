import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadResult } from '../../src/load/load-result.ts'
import { programArguments } from '../compiled/compiled-program.ts'
import { Program } from '../e2e/program.ts'
import { TINY_TARGET } from './tiny-host.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-soak-test-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const LEAKING_HOST = new URL('./leaking-host.ts', import.meta.url)

describe('tillwire load --soak', () => {
  it('finds the leak of a host that leaks', async () => {
    const host = spawn(process.execPath, [...programArguments(LEAKING_HOST)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const line = await new Promise<string>((resolve) =>
      host.stdout.once('data', (chunk) => resolve(String(chunk))),
    )
    const { port, pid } = JSON.parse(line) as { readonly port: number; readonly pid: number }
    const file = join(directory, 'leaking.json')
    writeFileSync(file, JSON.stringify(TINY_TARGET))
    const address = ['--target', file, '--host', `127.0.0.1:${port}`, '--connections', '1']
    const run = new Program([
      'load',
      ...address,
      '--host-pid',
      String(pid),
      '--soak',
      '14s',
      '--rate',
      '40',
      '--json',
    ])
    const code = await run.ended()
    host.stdin.end()
    expect(code).toBe(1)
    const { soak, findings, failed } = JSON.parse(run.output) as LoadResult
    expect(failed).toBe(0)
    const verdicts = Object.fromEntries(soak?.measures.map(({ name, verdict }) => [name, verdict]) ?? [])
    expect(verdicts).toMatchObject({
      hostRssBytes: 'rising',
      hostDescriptors: 'rising',
      generatorDescriptors: 'steady',
    })
    expect(soak?.steady).toBe(false)
    expect(findings).toEqual(
      expect.arrayContaining(['memory of the host rises', 'descriptors of the host rises']),
    )
  })
})
