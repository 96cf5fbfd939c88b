import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  checkClock,
  checkDisk,
  checkNode,
  checkPort,
  checkSerialPort,
  diagnose,
} from '../../src/cli/doctor/checks.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillwire-doctor-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('doctor', () => {
  it('a Node that is too old fails, the oldest that will do passes', () => {
    expect(checkNode('v18.20.4').state).toBe('failed')
    expect(checkNode('v20.18.9').state).toBe('failed')
    expect(checkNode('v20.19.0').state).toBe('ok')
    expect(checkNode('v24.0.0').state).toBe('ok')
  })

  it('a port in use is named, with a fix', async () => {
    const server = createServer()
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as { port: number }
    const taken = await checkPort(port)
    expect(taken.state).toBe('warning')
    expect(taken.finding.en).toContain(String(port))
    expect(taken.fix?.zh).toBeTruthy()
    await new Promise((done) => server.close(done))
    expect((await checkPort(port)).state).toBe('ok')
  })

  it('the disk probe leaves nothing behind, for a folder that is not there yet', async () => {
    const diagnosis = await checkDisk(join(folder, 'not', 'yet'))
    expect(diagnosis.state).toBe('ok')
    expect(await readdir(folder)).toEqual([])
  })

  it('a path that cannot hold data fails with a fix', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const diagnosis = await checkDisk(join(file, 'below'))
    expect(diagnosis.state).toBe('failed')
    expect(diagnosis.fix?.en).toContain('--data')
  })

  it('a serial port that is gone, or readable, is told apart', async () => {
    expect((await checkSerialPort(join(folder, 'tty'))).state).toBe('failed')
    const path = join(folder, 'tty')
    await writeFile(path, '')
    await chmod(path, 0o600)
    expect((await checkSerialPort(path)).state).toBe('ok')
  })

  it('a clock before the release is wrong', () => {
    expect(checkClock(Date.UTC(1970, 0, 1)).state).toBe('failed')
    expect(checkClock(Date.UTC(2030, 0, 1)).state).toBe('ok')
  })

  it('looks at everything and has both languages for each finding', async () => {
    const diagnoses = await diagnose({
      dataDirectory: folder,
      ports: [1],
      nodeVersion: 'v18.0.0',
      nowMs: 0,
    })
    const ids = diagnoses.map((each) => each.id)
    for (const id of ['node', 'native-modules', 'pseudo-terminals', 'port 1', 'disk', 'clock'])
      expect(ids).toContain(id)
    for (const each of diagnoses) {
      expect(each.finding.en && each.finding.zh).toBeTruthy()
      if (each.state !== 'ok') expect(each.fix?.en && each.fix.zh).toBeTruthy()
    }
  })
})
