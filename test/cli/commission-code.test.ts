import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Board, openBoard } from '../../hardware/emulator/board.ts'
import { openFactory } from '../../hardware/emulator/factory.ts'
import { type CommissionOptions, runCommission } from '../../src/cli/commission/run-commission.ts'
import { enrolHost } from '../../src/cli/estate/enrol-host.ts'
import { nodeRandom } from '../../src/crypto/node-random.ts'
import { DEFAULT_MERCHANT } from '../../src/host/estate/default-estate.ts'
import { KeyDistribution } from '../../src/host/security-module/key-distribution.ts'
import { readPlace } from '../../src/terminal/adapters/activation-place.ts'
import { SystemClock } from '../../src/terminal/adapters/system-clock.ts'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from '../host/console/console-client.ts'

const STEPS = ['network', 'keys', 'downloads', 'devices'] as const
let world: OpenedConsole
let support: ConsoleClient
let board: Board
let tid: string
let data: string

beforeAll(async () => {
  world = await openTestConsole()
  data = join(world.directory, 'terminal')
  const factory = await openFactory(join(world.directory, 'factory'))
  const { security } = world.host
  const { directory } = world
  await enrolHost(new KeyDistribution({ directory, security, nowMs: Date.now }), factory)
  board = await openBoard({
    directory: join(directory, 'board'),
    clock: new SystemClock(),
    random: nodeRandom,
    baudRate: undefined,
    sharedLine: false,
    factory,
  })
  support = await world.as('support')
  const { serialNumber } = board.padProvisioning
  await support.ask('POST', '/api/estate/deliveries', {
    name: 'd',
    csv: `serial,type\n${serialNumber},board`,
  })
  const path = `/api/estate/devices/${serialNumber}/assignment`
  tid = (await support.ask('POST', path, { mid: DEFAULT_MERCHANT.mid })).body.tid
}, 60_000)
afterAll(async () => {
  board.close()
  await world.close()
})

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
