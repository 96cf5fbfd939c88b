import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Board, openBoard } from '../../hardware/emulator/board.ts'
import { openFactory } from '../../hardware/emulator/factory.ts'
import { type CommissionOptions, runCommission } from '../../src/cli/commission/run-commission.ts'
import { enrolHost } from '../../src/cli/estate/enrol-host.ts'
import { runTerminal, type TerminalFlags } from '../../src/cli/terminal-console-program.ts'
import { nodeRandom } from '../../src/crypto/node-random.ts'
import { DEFAULT_MERCHANT } from '../../src/host/estate/default-estate.ts'
import { KeyDistribution } from '../../src/host/security-module/key-distribution.ts'
import { readPlace } from '../../src/terminal/adapters/activation-place.ts'
import { openSerialPeripherals } from '../../src/terminal/adapters/serial-peripherals.ts'
import { SystemClock } from '../../src/terminal/adapters/system-clock.ts'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from '../host/console/console-client.ts'

const STEPS = ['network', 'keys', 'downloads', 'devices'] as const
let world: OpenedConsole
let support: ConsoleClient
let board: Board
let tid: string
let data: string
/** Of the terminal that is brought into service at its prompt. */
let second: { readonly board: Board; readonly tid: string; readonly data: string }

beforeAll(async () => {
  world = await openTestConsole()
  data = join(world.directory, 'terminal')
  const factory = await openFactory(join(world.directory, 'factory'))
  const { security } = world.host
  const { directory } = world
  await enrolHost(new KeyDistribution({ directory, security, nowMs: Date.now }), factory)
  support = await world.as('support')
  const boardOf = (folder: string) =>
    openBoard({
      directory: join(directory, folder),
      clock: new SystemClock(),
      random: nodeRandom,
      baudRate: undefined,
      sharedLine: false,
      factory,
    })
  board = await boardOf('board')
  tid = await assign(board)
  const other = await boardOf('board-2')
  second = { board: other, tid: await assign(other), data: join(directory, 'terminal-2') }
}, 60_000)
afterAll(async () => {
  board.close()
  second.board.close()
  await world.close()
})

/** Into stock, and to a merchant; its terminal number. */
async function assign({ padProvisioning: { serialNumber } }: Board): Promise<string> {
  const csv = `serial,type\n${serialNumber},board`
  await support.ask('POST', '/api/estate/deliveries', { name: 'd', csv })
  const path = `/api/estate/devices/${serialNumber}/assignment`
  return (await support.ask('POST', path, { mid: DEFAULT_MERCHANT.mid })).body.tid
}

/** What the program says, and whether it is content. `typed`: lines of a person. */
async function commission(code: string | undefined, typed: readonly string[] = []) {
  const { reader, pinpad, printer } = board.paths
  let said = ''
  const input = new PassThrough()
  input.end(typed.map((line) => `${line}\n`).join(''))
  const output = new Writable({
    write(chunk, _, done) {
      said += String(chunk)
      done()
    },
  })
  const options: CommissionOptions = {
    data,
    board: { reader, pinpad, printer, ...(code === undefined ? {} : { code }) },
    steps: STEPS,
    again: false,
    echoCount: 5,
    soakSeconds: 5,
    json: false,
    consoleUrl: world.console.url,
    activationUrl: world.console.url,
    streams: { input: input as never, output: output as never },
  }
  const problem = await runCommission(options).then(
    () => '',
    (error: Error) => error.message,
  )
  return { said, problem }
}

describe('a boxed terminal, by one command', () => {
  it('is refused with a wrong code, in both languages, and stays as it was', async () => {
    const { problem } = await commission('AAAAA-AAAAA')
    expect(problem).toMatch('activation code is wrong')
    expect(problem).toMatch('激活码不对')
    expect(readPlace(data)).toBeUndefined()
    expect(existsSync(join(data, 'profile.json'))).toBe(false)
    expect(board.padHasMasterKey).toBe(false)
    const { problem: nothing } = await commission(undefined)
    expect(nothing).toMatch('give --code')
  }, 30_000)

  it('is activated and tested, its evidence is at the host, and it says what is missing', async () => {
    const { code } = (await support.ask('POST', `/api/estate/terminals/${tid}/codes`, {})).body
    const { said, problem } = await commission(code, ['246810', '00', '246810'])
    expect(problem).toBe('')
    expect(said).toContain(`activated as terminal ${tid}`)
    expect(said).toContain('function test: no evidence')
    const { steps } = (await support.ask('GET', `/api/estate/terminals/${tid}/commissioning/steps`)).body
    const passed = steps.filter(({ verdict }: { verdict: string }) => verdict === 'passed')
    expect(passed.map(({ step }: { step: string }) => step)).toEqual(STEPS)
    expect(said).not.toContain('246810')
    const again = await commission(code)
    expect(again.problem).toBe('')
    expect(again.said).toContain('the code is not needed')
    expect(again.said.match(/passed before/g)).toHaveLength(STEPS.length)
  }, 30_000)
})

/** `tillwire terminal` on the second board: what it says, in English, and what it ends with. */
async function terminal(run: string, typed: readonly string[], more: Partial<TerminalFlags> = {}) {
  const { reader, pinpad, printer } = second.board.paths
  const input = new PassThrough()
  const output = new PassThrough()
  input.end(typed.map((line) => `${line}\n`).join(''))
  const flags: TerminalFlags = {
    reader,
    pinpad,
    printer,
    data: second.data,
    baud: '115200',
    run,
    echoes: '5',
    lang: 'en',
    logLevel: 'info',
    ...more,
  }
  const streams = { input, output, openPeripherals: openSerialPeripherals }
  const problem = await runTerminal(flags, streams).then(
    () => '',
    (error: Error) => error.message,
  )
  return { problem, said: String(output.read() ?? '') }
}

const stepsOf = async (of: string) =>
  (await support.ask('GET', `/api/estate/terminals/${of}/commissioning/steps`)).body.steps as {
    step: string
    verdict: string
  }[]

describe('a boxed terminal, at its own prompt', () => {
  it('says what is wrong with a code, a console or a step, and stays in its box', async () => {
    const consoleUrl = world.console.url
    expect((await terminal('echo', [])).problem).toMatch('--console and then its code')
    const wrong = await terminal('activate AAAAA-AAAAA; commission 1; activate 12; commission 9', [], {
      console: consoleUrl,
    })
    expect(wrong.said).toMatch(/still in its box: type activate/)
    expect(wrong.said).toMatch(/! The activation code is wrong/)
    expect(wrong.said).toMatch(/! this terminal is still in its box: activate CODE first/)
    expect(wrong.said).toMatch(/should be an activation code, ten letters/)
    expect(wrong.said).toMatch(/should be a step: 1 to 7/)
    expect(wrong.problem).toBe('4 of 4 commands were not done as asked')
    const away = await terminal('activate AAAAAAAAAA', [], { console: 'http://127.0.0.1:1/', lang: 'zh' })
    expect(away.said).toMatch(/连不上 http:\/\/127.0.0.1:1/)
    expect(readPlace(second.data)).toBeUndefined()
  }, 30_000)

  it('is activated, goes on as what its code says, and does the steps one by one', async () => {
    const { code } = (await support.ask('POST', `/api/estate/terminals/${second.tid}/codes`, {})).body
    const script = `activate ${code}; commission; commission network; commission 2 ; commission keys; activate ${code}`
    const { said } = await terminal(script, ['246810', '00', '246810'], { console: world.console.url })
    expect(said).toContain(`Activated as terminal ${second.tid}`)
    expect(said).toMatch(/○ 1 {2}network test[\s\S]*○ 7 {2}training exercises[\s\S]*one step: commission/)
    expect(said).toMatch(/= ✓ 1 {2}network test {2}.*p95/)
    expect(said.match(/✓ 2 {2}keys and sign-in/g)).toHaveLength(2)
    expect(said).toMatch(/missing before it may go live:[\s\S]*function test: no evidence/)
    expect(said).toContain('needs no code')
    expect(said.match(/Password of operator 00/g)).toHaveLength(1)
    expect(said).not.toContain('246810')
    const passed = (await stepsOf(second.tid)).filter(({ verdict }) => verdict === 'passed')
    expect(passed.map(({ step }) => step)).toEqual(['network', 'keys'])
  }, 30_000)

  it('sends what was learnt in training when that ends, and what a power cut kept back at the next start', async () => {
    const training = (console: string) =>
      terminal('login 00; signin; settle; commission', ['246810'], { training: true, console })
    const kept = await training('http://127.0.0.1:1/')
    expect(kept.said).toMatch(/exercise done by operator 00: .*\n[\s\S]*! results .* were not sent/)
    expect(kept.said).toMatch(/exercises of operator 00[\s\S]*✓/)
    const evidence = async () => (await stepsOf(second.tid)).find(({ step }) => step === 'training')
    expect((await evidence())?.verdict).not.toBe('failed')
    const next = await terminal('echo', [])
    expect(next.said).toMatch('results of training and tests are at the host')
    expect((await evidence())?.verdict).toBe('failed')
    const { said } = await training(world.console.url)
    expect(said).toMatch('results of training and tests are at the host')
    expect((await terminal('echo', [])).said).not.toMatch('at the host')
  }, 30_000)
})
