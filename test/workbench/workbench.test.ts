import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { workbenchPort } from '../../src/cli/up/workbench-port.ts'
import { openWorld, type World } from '../../src/cli/up/world.ts'
import { WORLD_OPERATORS } from '../../src/cli/up/world-operators.ts'
import { EstateCare } from '../../src/host/monitoring/estate-care.ts'
import { TerminalStopped } from '../../src/terminal/adapters/terminal.ts'
import type { Panel } from '../../src/terminal/runtime/terminal-world.ts'
import type { WorkbenchDeed, WorkbenchState } from '../../src/workbench/workbench-messages.ts'
import { OfficeInMemory } from '../host/monitoring/office-in-memory.ts'

/** Nobody at the prompt: the page answers. */
const SILENT: Panel = { show() {}, ask() {}, withdraw() {} }
const PIN = '123456'
/** The viewer who operates; another one watches. */
const HAND = 'viewer 1'
/** The host reads its terminals anew after half a minute. */
const LOOKED_AT_EVERY_MS = 31_000
const FULL_NUMBER = /\b(62|4\d|5\d)\d{11,17}\b/

let directory: string
let world: World
let seen: string[]

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-workbench-'))
  world = await openWorld({
    directory,
    baudRate: undefined,
    sharedLine: false,
    freePorts: true,
    panel: SILENT,
    isTouched: true,
    profile: { batteryPresent: true, statusOnChange: true },
  })
  seen = []
  world.workbench.watch((message) => seen.push(JSON.stringify(message)))
})
afterAll(async () => {
  await world.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Waits until what can be seen is so. */
function until(isSo: (state: WorkbenchState) => boolean): Promise<WorkbenchState> {
  const { workbench } = world
  return new Promise((done) => {
    const look = (): boolean => {
      const { state } = workbench
      if (!isSo(state)) return false
      end()
      done(state)
      return true
    }
    const end = workbench.watch(() => void look())
    look()
  })
}

async function act(...deeds: readonly WorkbenchDeed[]): Promise<void> {
  const port = workbenchPort(world.workbench)
  for (const deed of deeds) expect(await port.act(deed, HAND)).toEqual({ refused: undefined })
}

function keys(text: string): readonly WorkbenchDeed[] {
  return text.split(' ').map((key) => ({ kind: 'key', key }) as WorkbenchDeed)
}

/** Touches the places where the digits stand now. */
async function enterPin(): Promise<void> {
  await until((state) => state.pinPad.isEntering)
  const { pinPad } = world.workbench.stateFor(HAND)
  expect([...pinPad.layout].sort()).toEqual([...'0123456789'])
  for (const digit of PIN) await act({ kind: 'pad', place: pinPad.layout.indexOf(digit) })
  await until((state) => state.pinPad.digitCount === PIN.length)
  await act({ kind: 'pad', place: 'enter' })
}

function stateAtHost(amountMinor: number): string | undefined {
  return world.host.transactions('10000001').find(({ requestedMinor }) => requestedMinor === amountMinor)
    ?.state
}

function ready(state: WorkbenchState): boolean {
  return state.display.mode === 'idle'
}

async function chipSale(amount: string): Promise<void> {
  await act(...keys(`${amount} enter`))
  await until(({ reader }) => reader.lamp === 'cardWanted')
  await act({ kind: 'insert', card: 'chip' })
  await enterPin()
}

async function takeCard(): Promise<void> {
  await until(({ reader }) => reader.lamp === 'takeCard')
  await act({ kind: 'remove' })
}

describe('the terminal on the table', () => {
  it('logs an operator on by its own keys', async () => {
    await until(ready)
    await act(...keys('menu 8 1'))
    await until(({ display }) => display.screenId === 'enterOperator')
    await act(...keys('0 1 enter'))
    const { display } = await until(({ display: { screenId } }) => screenId === 'enterPassword')
    expect(display.mode).toBe('ask')
    await act(...keys('0 0 0 0'))
    expect(world.workbench.state.display.entry).toBe('****')
    await act(...keys('enter'))
    const { terminal } = await until((state) => state.terminal.operator === WORLD_OPERATORS.cashier.number)
    expect(terminal).toMatchObject({ tid: '10000001', owesReversal: false })
  })

  it('sells by chip and PIN; the paper that comes out is the picture of its bytes', async () => {
    await until(ready)
    await act(...keys('1 2 3 4'))
    expect(world.workbench.state.display.entry).toBe('12.34')
    await act(...keys('clear clear clear clear'))
    await chipSale('1 2 3 4')
    await takeCard()
    const { printer } = await until((state) => ready(state) && state.printer.pieces.length >= 2)
    const [first] = printer.pieces
    const picture = world.workbench.paper(first?.id ?? 0)
    expect(
      Buffer.from(picture ?? [])
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
    expect(stateAtHost(1234)).toBe('approved')
  })

  it('paper out in the middle: it asks, takes new paper and prints the rest', async () => {
    await until(ready)
    await act({ kind: 'tear' }, { kind: 'paperEndsAfter', lines: 6 })
    await chipSale('5 0 0')
    await takeCard()
    const { printer, display } = await until(
      (state) => state.printer.paper === 'end' && state.display.mode === 'ask',
    )
    expect(printer.paper).toBe('end')
    expect(display.options.length).toBeGreaterThan(1)
    await act({ kind: 'paper', state: 'ok' }, ...keys('1'))
    await until((state) => ready(state) && state.terminal.owedSlips === 0)
  })

  it('paper and battery low: the host hears of it by itself, raises alarms, and clears them', async () => {
    const office = new OfficeInMemory()
    const { database, audit, clock } = office
    const care = new EstateCare({ office: { database, audit, nowMs: clock }, host: world.host })
    const isUp = () => {
      office.nowMs += LOOKED_AT_EVERY_MS
      return care
        .watch()
        .map(({ kind, subject, clearedAtMs }) => `${kind} ${subject} ${clearedAtMs === null ? 'up' : 'over'}`)
    }
    const heard = (news: string): boolean =>
      world.host.terminal('10000001')?.setup?.status?.text.includes(news) === true
    const saleWith = async (news: string): Promise<void> => {
      await chipSale('3 0 0')
      await takeCard()
      await until((state) => ready(state) && heard(news))
    }
    await until(ready)
    await act({ kind: 'paper', state: 'nearEnd' })
    await act({ kind: 'battery', percent: 12, isCharging: false })
    await saleWith('631640120')
    expect(isUp()).toEqual(['batteryLow 10000001 up', 'paperLow 10000001 up'])
    expect(care.plan.status('10000001')).toMatchObject({
      paper: 'nearEnd',
      batteryPercent: 12,
      isCharging: false,
      devices: { printer: true },
    })
    // Charged a little, but not yet above where the alarm clears: it stays.
    await act({ kind: 'battery', percent: 20, isCharging: true })
    await saleWith('631640201')
    expect(isUp()).toEqual([])
    await act({ kind: 'battery', percent: 90 }, { kind: 'paper', state: 'ok' })
    await saleWith('630640901')
    expect(isUp()).toEqual(['batteryLow 10000001 over', 'paperLow 10000001 over'])
    expect(care.plan.evidence('10000001', 9)).toContainEqual(
      expect.objectContaining({ kind: 'paper', note: 'nearEnd → ok' }),
    )
    care.close()
  })

  it('the answer is lost with the line: the sale is reversed once the line is back, and the books agree', async () => {
    await until(ready)
    await act({ kind: 'line', state: 'loseReply' })
    await chipSale('7 0 0')
    await takeCard()
    await until((state) => ready(state) && state.terminal.owesReversal)
    expect(world.workbench.state.line).toBe('cut')
    await act({ kind: 'line', state: 'up' }, ...keys('menu 7 4'))
    await until((state) => ready(state) && !state.terminal.owesReversal)
    expect(stateAtHost(700)).toBe('reversed')
    expect(world.host.checkBooks()).toEqual([])
  })

  it('the power goes in mid sale: the next start undoes what nobody saw the end of', async () => {
    await until(ready)
    await act({ kind: 'line', state: 'stalled' })
    await chipSale('9 0 0')
    await until(({ terminal }) => terminal.owesReversal)
    await act({ kind: 'power', isOn: false })
    expect(world.workbench.state).toMatchObject({ power: 'off', terminal: { tid: '' } })
    await act({ kind: 'remove' }, { kind: 'line', state: 'up' }, { kind: 'power', isOn: true })
    const { log } = await until((state) => ready(state) && !state.terminal.owesReversal)
    expect(log.map(({ text }) => text.en).join(' ')).toMatch(/was interrupted.*Reversed/)
    expect(world.host.checkBooks()).toEqual([])
  })

  it('says what a hand can not do, in both languages', async () => {
    const port = workbenchPort(world.workbench)
    expect(await port.act({ kind: 'remove' }, HAND)).toEqual({
      refused: { zh: '读卡器中没有卡片', en: 'there is no card in the reader' },
    })
    expect(await port.act({ kind: 'insert', card: '../../etc/passwd' }, HAND)).toMatchObject({ refused: {} })
    expect(await port.act({ kind: 'explode' }, HAND)).toBeUndefined()
  })

  it('a device that is pulled out is seen to be gone, and comes back', async () => {
    await act({ kind: 'unplug', device: 'printer' })
    expect(world.workbench.state.printer.isPlugged).toBe(false)
    await act({ kind: 'plug', device: 'printer' })
    expect((await until(({ printer }) => printer.isPlugged)).printer.isPlugged).toBe(true)
  })

  it('offers nothing in its menu that it can not do', async () => {
    await act(...keys('menu 7'))
    const { options } = world.workbench.keypad.view
    expect(options.map(({ en }) => en)).toContain('Device report')
    expect(options.filter(({ en }) => /Commissioning|Training|Exercises/.test(en))).toEqual([])
    await act(...keys('cancel cancel'))
  })

  it('settles by its menu', async () => {
    await until(ready)
    await act(...keys('menu 6 1'))
    await until((state) => state.terminal.batch === '000002' && ready(state))
    expect(world.host.checkBooks()).toEqual([])
  })

  it('says so when the terminal stops by a fault of its own', async () => {
    const cause = { kind: 'bug', message: 'character outside one byte', error: undefined } as const
    const run = vi.spyOn(world.terminal, 'run').mockRejectedValueOnce(new TerminalStopped(cause))
    expect(await world.workbench.run({ kind: 'deviceReport' })).toEqual({ kind: 'cancelled' })
    run.mockRestore()
    expect(world.workbench.state.log.at(-1)?.text.en).toBe('It was not done: character outside one byte')
  })

  it('nothing that was shown holds a whole card number, and no password', () => {
    expect(seen.length).toBeGreaterThan(50)
    const all = seen.join('\n')
    expect(FULL_NUMBER.exec(all)?.[0]).toBeUndefined()
    expect(all).not.toContain('"0000"')
    expect(all).not.toContain(PIN)
    // Whoever only watches sees no face of the pad: with the places that are touched it is the PIN.
    expect(all).toContain('"hands":"others"')
    expect(all).not.toMatch(/"layout":\["/)
  })
})
