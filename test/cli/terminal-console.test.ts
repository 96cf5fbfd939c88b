import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageFailure } from '../../src/cli/failure.ts'
import { type ConsoleOutput, TerminalConsole } from '../../src/cli/terminal-console.ts'
import {
  checkDevicePath,
  checkHostName,
  parseHostAddress,
  readKeyBlock,
  readSetup,
  readTls,
} from '../../src/cli/terminal-console-setup.ts'
import { ConsolePanel } from '../../src/terminal/adapters/console-panel.ts'
import { ReadlineSource } from '../../src/terminal/adapters/line-source.ts'
import { openTerminal } from '../../src/terminal/adapters/open-terminal.ts'
import { JsonPanelOutput, TextPanelOutput } from '../../src/terminal/adapters/panel-output.ts'
import type { Terminal } from '../../src/terminal/adapters/terminal.ts'
import { renderScreen } from '../../src/terminal/flows/screen-texts.ts'
import { DEFAULT_PROFILE } from '../../src/terminal/flows/terminal-profile.ts'
import { FakePeripherals } from '../terminal/adapters/fake-peripherals.ts'
import { quickHasher } from '../terminal/adapters/quick-hasher.ts'
import { TestAcquirer } from '../terminal/adapters/test-acquirer.ts'

let directory: string
let acquirer: TestAcquirer
let terminal: Terminal | undefined
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-console-test-'))
  acquirer = await TestAcquirer.open()
})
afterEach(async () => {
  await terminal?.close(0)
  await acquirer.close()
  rmSync(directory, { recursive: true, force: true })
})

/** A console on a pipe with a commissioned terminal behind it. */
async function setUp(kind: 'text' | 'json') {
  const input = new PassThrough()
  const stream = new PassThrough()
  const lines = new ReadlineSource({ input, output: stream, interrupted: () => {} })
  const print = (text: string): void => lines.print(text)
  const output: ConsoleOutput =
    kind === 'json'
      ? { kind, panel: new JsonPanelOutput(print, renderScreen) }
      : { kind, panel: new TextPanelOutput(print, renderScreen, 'en') }
  const peripherals = new FakePeripherals()
  const opened = await openTerminal({
    dataDirectory: directory,
    profile: DEFAULT_PROFILE,
    passwords: quickHasher,
    hostAddress: { host: '127.0.0.1', port: acquirer.port },
    peripherals,
    panel: new ConsolePanel(lines, output.panel),
  })
  terminal = opened
  const terminalConsole = new TerminalConsole(lines, output)
  terminalConsole.attach(opened)
  await opened.run({
    kind: 'commission',
    keyBlock: 'B0016D0TN00S0000',
    supervisorPassword: '123456',
    cashiers: [{ number: '01', password: '654321' }],
  })
  stream.read()
  const written = (): string => String(stream.read() ?? '')
  return { console: terminalConsole, input, opened, peripherals, lines, written }
}

describe('the operator console', () => {
  it('takes commands and answers from a pipe until quit, and counts what went wrong', async () => {
    const { console: session, input, written, opened } = await setUp('text')
    input.end('# morning\n\nlogin 01\n654321\necho\nsael 5\nlanguage zh\necho\nquit\nlogout\n')
    await session.takeCommands()
    expect(opened.state.loggedOn).toBe('01')
    expect(session.result).toEqual({ commands: 4, failures: 1 })
    const text = written()
    expect(text).toContain('Password of operator 01')
    expect(text).toContain('= done')
    expect(text).toContain('= line is good')
    expect(text).toContain('did you mean sale?')
    expect(text).toContain('= 线路正常')
    expect(text).not.toContain('654321')
  })

  it('a wrong password is an outcome, and the end of input ends the session', async () => {
    const { console: session, input, written } = await setUp('text')
    input.end('login 01\n000000\nlogin 01\n')
    await session.takeCommands()
    expect(session.result).toEqual({ commands: 2, failures: 2 })
    expect(written()).toMatch(/= refused {2}wrongPassword[\s\S]*= cancelled/)
  })

  it('gives JSON to programs: every line an event', async () => {
    const { console: session, input, written, peripherals } = await setUp('json')
    peripherals.report({
      kind: 'devices',
      devices: [{ device: 'printer', state: 'missing', detail: 'gone' }],
    })
    input.end('login 01\n654321\nreport everything\ntransactions\n')
    await session.takeCommands()
    const events = written()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events[0]).toEqual({
      event: 'devices',
      devices: [{ device: 'printer', state: 'missing', detail: 'gone' }],
    })
    expect(events).toContainEqual({ event: 'outcome', command: 'logOn', outcome: { kind: 'done' } })
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'notUnderstood',
        error: expect.objectContaining({ kind: 'badArgument' }),
      }),
    )
    expect(events.at(-1)).toMatchObject({
      event: 'outcome',
      command: 'transactions',
      outcome: { kind: 'transactions' },
    })
    expect(JSON.stringify(events)).not.toContain('654321')
  })

  it('Ctrl-C cancels the question, and twice quits with everything let go', async () => {
    const { console: session, input, opened, peripherals } = await setUp('text')
    const questions: string[] = []
    let asked: () => void = () => {}
    opened.onScreen(({ id }) => {
      questions.push(id)
      if (id === 'enterPassword') asked()
    })
    const question = new Promise<void>((resolve) => {
      asked = resolve
    })
    const commands = session.takeCommands()
    input.write('login 01\n')
    await question
    session.interrupt()
    session.interrupt()
    await commands
    await opened.close()
    expect(session.result.failures).toBe(1)
    expect(peripherals.closed).toBe(true)
    expect(opened.state.loggedOn).toBeUndefined()
  })

  it('says what came of the devices in words', async () => {
    const { console: session, input, written } = await setUp('text')
    input.end('devices\n')
    await session.takeCommands()
    expect(written()).toContain('printer: missing  not connected')
    expect(session.result.failures).toBe(1)
  })
})

describe('what the command line gives', () => {
  const failureOf = (work: () => unknown): string => {
    try {
      work()
    } catch (error) {
      if (error instanceof UsageFailure) return error.message
      throw error
    }
    return 'no failure'
  }

  it('serial paths must be there and be devices', () => {
    expect(checkDevicePath('--reader', '/dev/null')).toBe('/dev/null')
    expect(failureOf(() => checkDevicePath('--reader', '/dev/none'))).toMatch(
      /^--reader: there is no \/dev\/none; connect/,
    )
    expect(failureOf(() => checkDevicePath('--printer', directory))).toMatch(/is no serial device/)
  })

  it('a host address has a name and a port', async () => {
    expect(parseHostAddress('127.0.0.1:8583')).toEqual({ host: '127.0.0.1', port: 8583 })
    expect(parseHostAddress('[::1]:1')).toEqual({ host: '::1', port: 1 })
    expect(parseHostAddress('pos.example.com:65535')).toEqual({ host: 'pos.example.com', port: 65_535 })
    for (const text of ['', 'host', 'host:', ':8583', 'host:0', 'host:65536', 'a:b:1', 'host:1x'])
      expect(
        failureOf(() => parseHostAddress(text)),
        text,
      ).toMatch(/NAME:PORT/)
    await expect(checkHostName({ host: 'host.invalid', port: 1 })).rejects.toThrow(/leads to no address/)
    await checkHostName({ host: '127.0.0.1', port: 1 })
  })

  it('TLS files belong together and must be PEM', () => {
    const pem = join(directory, 'a.pem')
    writeFileSync(pem, '-----BEGIN CERTIFICATE-----\n')
    expect(readTls({})).toBeUndefined()
    expect(readTls({ tls: true })).toEqual({})
    expect(readTls({ tlsCa: pem, tlsServerName: 'x' })).toMatchObject({ serverName: 'x' })
    expect(failureOf(() => readTls({ tlsCert: pem }))).toMatch(/belong together/)
    writeFileSync(join(directory, 'b.pem'), 'nothing')
    expect(failureOf(() => readTls({ tlsCa: join(directory, 'b.pem') }))).toMatch(/is not a PEM file/)
    expect(failureOf(() => readTls({ tlsCa: join(directory, 'c.pem') }))).toMatch(/can not be read/)
  })

  it('identity and key block are checked, and the block is never repeated', () => {
    expect(readSetup({ tid: '20000002' }).profile.terminalId).toBe('20000002')
    expect(failureOf(() => readSetup({ tid: '2' }))).toMatch(/--tid takes 8/)
    expect(failureOf(() => readSetup({ mid: '2' }))).toMatch(/--mid takes 15/)
    expect(failureOf(() => readSetup({ profile: join(directory, 'none.json') }))).toMatch(
      /^--profile: .*can not be read/,
    )
    expect(readKeyBlock({})).toBeUndefined()
    const file = join(directory, 'key.tr31')
    writeFileSync(file, 'B0016D0TN00S0000\n')
    expect(readKeyBlock({ keyBlockFile: file })).toBe('B0016D0TN00S0000')
    expect(failureOf(() => readKeyBlock({ keyBlock: 'x', keyBlockFile: file }))).toMatch(/either/)
    expect(failureOf(() => readKeyBlock({ keyBlock: '00112233445566778899AABBCCDDEEFF' }))).not.toContain(
      '2233',
    )
  })
})
