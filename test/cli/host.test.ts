import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../src/base/bytes.ts'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { lengthPrefixBytes } from '../../src/iso8583/framing/length-prefix.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import { readProfileFile } from '../../src/terminal/adapters/profile-file.ts'
import { Program } from '../e2e/program.ts'
import { makeCertificates } from '../terminal/adapters/test-certificates.ts'
import { runHere } from './run-here.ts'

const ANY_PORTS = ['--port-unionpay', '0', '--port-ascii', '0', '--port-binary', '0']

let directory: string
let data: string
const running: Program[] = []

/** Without the console, which takes as long to start as the host. */
function host(...args: readonly string[]): Program {
  return hostWithConsole('--no-console', ...args)
}

function hostWithConsole(...args: readonly string[]): Program {
  const program = new Program(['host', '--data', data, ...ANY_PORTS, '--json', ...args])
  running.push(program)
  return program
}

async function ready(program: Program): Promise<Readonly<Record<string, number>>> {
  const event = await program.until(({ events }) => events.find((each) => each['ready'] === true))
  return event['ports'] as Readonly<Record<string, number>>
}

async function failure(program: Program): Promise<{ readonly code: number | null; readonly errors: string }> {
  const code = await program.ended()
  return { code, errors: program.errors }
}

/** A host that does not come to start anything. */
const refused = (...args: readonly string[]) =>
  runHere('host', '--data', data, ...ANY_PORTS, '--json', ...args)

/** One sentence for a person: nothing of the program's inside. */
function expectOneLine(errors: string): void {
  expect(errors.trimEnd().split('\n')).toHaveLength(1)
  expect(errors).toMatch(/^tillwire: /)
  expect(errors).not.toMatch(/ at .*:\d+:\d+|node:|\.ts/)
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-host-cli-'))
  data = join(directory, 'host')
})
afterEach(async () => {
  for (const program of running.splice(0)) await program.kill()
  rmSync(directory, { recursive: true, force: true })
})

/** Echo test with its length, TPDU and header. */
function echoFrame(): Uint8Array {
  const fields = { 41: '10000001', 42: '001290058120001', 60: '00000001301' }
  const encoded = compileSpec(UNIONPAY_POS).encode({ mti: '0820', fields })
  if (!encoded.ok) throw new Error(JSON.stringify(encoded.error))
  const frame = concatBytes([fromHex('6000030000603200320001'), encoded.value])
  return concatBytes([lengthPrefixBytes('binary2', frame.length), frame])
}

describe('tillwire host', () => {
  it('answers until it is told to stop, and keeps right books', async () => {
    const program = hostWithConsole()
    await ready(program)
    program.signal('SIGINT')
    expect(await program.ended(), program.errors).toBe(0)
    const status = await runHere('host', 'status', '--data', data, '--json')
    expect(status.code, status.errors).toBe(0)
    expect(JSON.parse(status.output)).toMatchObject({ booksAgree: true, findings: [] })
    const explain = await runHere('host', 'explain', '--data', data, '--json')
    expect(explain.code, explain.errors).toBe(0)
    expect(explain.output).toBe('')
  }, 60_000)

  it('says who has its folder', async () => {
    await ready(host())
    const second = await failure(host())
    expect(second.code).toBe(2)
    expectOneLine(second.errors)
    expect(second.errors).toMatch(/another|in use|already/)
  }, 60_000)

  it('says which port is taken', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const taken = await failure(host('--port-unionpay', String(port)))
    other.close()
    expect(taken.code).toBe(2)
    expectOneLine(taken.errors)
    expect(taken.errors).toContain(String(port))
  }, 60_000)

  it.each([
    [
      'a database that is none',
      (): void => writeFileSync(join(data, 'host.db'), 'not a database at all '.repeat(50)),
    ],
    ['a missing local master key', (): void => rmSync(join(data, 'local-master-key'))],
    ['a local master key that others may read', (): void => chmodSync(join(data, 'local-master-key'), 0o644)],
    [
      'a local master key of a wrong size',
      (): void => writeFileSync(join(data, 'local-master-key'), 'short'),
    ],
  ])(
    'refuses to start on %s',
    async (_, damage) => {
      openHostRecords(data).close()
      damage()
      const { code, errors } = await refused()
      expect(code).toBe(2)
      expectOneLine(errors)
    },
    60_000,
  )

  it.each([
    [['--port-unionpay', '70000'], 'no port'],
    [['--tls-cert', 'x'], 'together'],
    [['--log-level', 'loud'], 'log-level'],
    [['--data', '/dev/null/x'], '/dev/null'],
  ])(
    'refuses %j',
    async (flags, message) => {
      const { code, errors } = await refused(...flags)
      expect(code).toBe(2)
      expectOneLine(errors)
      expect(errors).toContain(message)
    },
    30_000,
  )

  it('with TLS serves only clients whose certificate it knows', async () => {
    const certificates = makeCertificates(directory)
    const paths = { cert: certificates.host.certificate, key: certificates.host.key, ca: certificates.ca }
    const write = (name: string, text: string): string => {
      const path = join(directory, name)
      writeFileSync(path, text)
      return path
    }
    const ports = await ready(
      host(
        '--tls-cert',
        write('host.pem', paths.cert),
        '--tls-key',
        write('host.key', paths.key),
        '--tls-client-ca',
        write('ca.pem', paths.ca),
      ),
    )
    const attempt = (identity: { readonly cert?: string; readonly key?: string }): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connectTls({
          port: ports['unionpay-pos'] ?? 0,
          host: '127.0.0.1',
          ca: paths.ca,
          servername: 'pos.test',
          ...identity,
        })
        // With TLS 1.3 the refusal comes after the handshake: only an answer proves the line.
        socket.on('secureConnect', () => socket.write(echoFrame()))
        socket.on('data', () => {
          socket.destroy()
          resolve(true)
        })
        socket.on('error', () => resolve(false))
        socket.on('close', () => resolve(false))
      })
    const { terminal, stranger } = certificates
    expect(await attempt({ cert: stranger.certificate, key: stranger.key })).toBe(false)
    expect(await attempt({})).toBe(false)
    expect(await attempt({ cert: terminal.certificate, key: terminal.key })).toBe(true)
  }, 60_000)
})

describe('tillwire host terminal, account', () => {
  it('registers a terminal and exports its key for a pad', async () => {
    const padFile = join(directory, 'pad.json')
    writeFileSync(
      padFile,
      JSON.stringify({ serialNumber: 'P1', keyBlockProtectionKey: '0123456789ABCDEF0123456789ABCDEF' }),
    )
    const add = await runHere(
      ...['host', 'terminal', 'add', '--data', data, '--tid', '10000077', '--mid', '001290058120001'],
      ...['--pad-file', padFile],
    )
    expect(add.code, add.errors).toBe(0)
    expect(add.output).toMatch(/^terminal 10000077, master key KCV [0-9A-F]+\nD[0-9]{4}K0TD/)
    const again = await runHere(
      'host',
      'terminal',
      'add',
      '--data',
      data,
      '--tid',
      '10000077',
      '--mid',
      '001290058120001',
    )
    expect(again.code).toBe(2)
    expectOneLine(again.errors)
    const key = await runHere(
      'host',
      'terminal',
      'key',
      '--data',
      data,
      '--tid',
      '10000099',
      '--pad-file',
      padFile,
    )
    expect(key.code).toBe(2)
    expect(key.errors).toContain('10000099')
  }, 60_000)

  it('prints the profile that a terminal reads', async () => {
    const program = await runHere('host', 'terminal', 'profile', '--data', data, '--tid', '10000001')
    expect(program.code, program.errors).toBe(0)
    const path = join(directory, 'profile.json')
    writeFileSync(path, program.output)
    const setup = readProfileFile(path)
    if (!setup.ok) throw new Error(setup.error.message)
    expect(setup.value.profile).toMatchObject({ terminalId: '10000001', merchantId: '001290058120001' })
    expect(setup.value.caKeys.map(({ rid }) => toHex(rid)).sort()).toEqual([
      'A000000003',
      'A000000004',
      'A000000333',
    ])
    const none = await runHere('host', 'terminal', 'profile', '--data', data, '--tid', '99999999')
    expect(none.code).toBe(2)
    expectOneLine(none.errors)
  }, 30_000)

  it('opens an account without telling its number', async () => {
    const open = (pan: string) =>
      runHere('host', 'account', 'add', '--data', data, '--pan', pan, '--pin', '1234')
    const good = await open('6210948000001001')
    expect(good.output, good.errors).toContain('621094******1001')
    expect(good.output).not.toContain('6210948000001001')
    const bad = await open('6210948000001002')
    expect(bad.code).toBe(2)
    expectOneLine(bad.errors)
    expect(bad.errors).not.toContain('621094')
  }, 30_000)
})

describe('tillwire host --metrics', () => {
  it('serves them on this machine, says where, and takes no other form of place', async () => {
    const program = host('--metrics', '0')
    const event = await program.until(({ events }) => events.find((each) => each['ready'] === true))
    const place = event['metrics'] as { readonly address: string; readonly port: number }
    expect(place.address).toBe('127.0.0.1')
    const text = await (await fetch(`http://127.0.0.1:${place.port}/metrics`)).text()
    expect(text).toContain('tillwire_host_connections_open 0')
    const health = await fetch(`http://127.0.0.1:${place.port}/healthz`)
    expect([health.status, await health.text()]).toEqual([200, 'ok\n'])
    program.signal('SIGINT')
    expect(await program.ended(), program.errors).toBe(0)
    for (const bad of ['x', '70000', 'a:b:9', '-1', '']) {
      const { code, errors } = await refused(`--metrics=${bad}`)
      expect(code).toBe(2)
      expectOneLine(errors)
    }
  }, 60_000)

  it('says that its port is taken, and leaves no host behind', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { code, errors } = await failure(host('--log-level', 'silent', '--metrics', `127.0.0.1:${port}`))
    other.close()
    expect(code).toBe(2)
    expectOneLine(errors)
    expect(errors).toContain(`port ${port} is in use`)
  }, 60_000)
})
