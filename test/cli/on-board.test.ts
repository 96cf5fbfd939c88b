import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Board, openBoard } from '../../hardware/emulator/board.ts'
import { openFactory } from '../../hardware/emulator/factory.ts'
import { renderPaperPng } from '../../hardware/emulator/paper-png.ts'
import { enrolHost } from '../../src/cli/estate/enrol-host.ts'
import { BoxedTerminals } from '../../src/cli/up/boxed-terminals.ts'
import { workbenchPort } from '../../src/cli/up/workbench-port.ts'
import { nodeRandom } from '../../src/crypto/node-random.ts'
import { DEFAULT_MERCHANT } from '../../src/host/estate/default-estate.ts'
import { KeyDistribution } from '../../src/host/security-module/key-distribution.ts'
import { SystemClock } from '../../src/terminal/adapters/system-clock.ts'
import { DEFAULT_PROFILE } from '../../src/terminal/flows/terminal-profile.ts'
import type { Workbench } from '../../src/workbench/workbench.ts'
import type { WorkbenchDeed, WorkbenchState } from '../../src/workbench/workbench-messages.ts'
import { type OpenedConsole, openTestConsole } from '../host/console/console-client.ts'

const PASSWORD = '246810'
let world: OpenedConsole
/** Stands for a real one: the table knows its three paths only. */
let board: Board
let terminals: BoxedTerminals
let workbench: Workbench

beforeAll(async () => {
  world = await openTestConsole()
  const { directory, host } = world
  const factory = await openFactory(join(directory, 'factory'))
  const { security } = host
  await enrolHost(new KeyDistribution({ directory, security, nowMs: Date.now }), factory)
  board = await openBoard({
    directory: join(directory, 'board'),
    clock: new SystemClock(),
    random: nodeRandom,
    baudRate: undefined,
    sharedLine: false,
    factory,
  })
  terminals = new BoxedTerminals({
    directory,
    cardsDirectory: join(directory, 'cards'),
    factory,
    hostPort: host.ports['unionpay-pos'],
    consoleUrl: () => world.console.url,
    echoCount: 5,
    soakSeconds: 5,
  })
  const ports = { ...board.paths, baudRate: 115_200, profile: DEFAULT_PROFILE }
  workbench = (await terminals.openOnBoard(ports)).workbench
}, 60_000)
afterAll(async () => {
  await terminals.close()
  board.close()
  await world.close()
})

/** Waits until what can be seen is so. */
function until(isSo: (state: WorkbenchState) => boolean): Promise<WorkbenchState> {
  return new Promise((done) => {
    const look = (): void => {
      const { state } = workbench
      if (!isSo(state)) return
      end()
      done(state)
    }
    const end = workbench.watch(look)
    look()
  })
}

function act(deed: WorkbenchDeed) {
  return workbenchPort(workbench).act(deed, 'viewer')
}

async function typed(text: string): Promise<void> {
  await act({ kind: 'type', text })
  await act({ kind: 'key', key: 'enter' })
}

describe('a terminal on a real board, in the browser', () => {
  it('shows the devices as on the board, and refuses hands on them in both languages', async () => {
    const state = await until(
      ({ reader, pinPad, printer }) => reader.isPlugged && pinPad.isPlugged && printer.isPlugged,
    )
    expect(state).toMatchObject({ isOnBoard: true, cards: [], battery: null, reader: { card: null } })
    const hands: readonly WorkbenchDeed[] = [
      { kind: 'insert', card: 'chip' },
      { kind: 'swipe', card: 'chip' },
      { kind: 'tap', card: 'chip' },
      { kind: 'remove' },
      { kind: 'pad', place: 1 },
      { kind: 'takePad' },
      { kind: 'paper', state: 'end' },
      { kind: 'paperEndsAfter', lines: 3 },
      { kind: 'cover', state: 'open' },
      { kind: 'battery', percent: 1 },
      { kind: 'unplug', device: 'printer' },
      { kind: 'plug', device: 'printer' },
    ]
    for (const deed of hands) {
      const answer = await act(deed)
      expect(answer?.refused?.zh, deed.kind).toMatch('请直接在设备上操作')
      expect(answer?.refused?.en, deed.kind).toMatch('do it at the device itself')
    }
    expect(board.printer.status).toMatchObject({ paperEnd: false, coverOpen: false })
  }, 20_000)

  it('is activated on the page with the key going into the pad of the board', async () => {
    const support = await world.as('support')
    const { serialNumber } = board.padProvisioning
    const csv = `serial,type\n${serialNumber},board`
    await support.ask('POST', '/api/estate/deliveries', { name: 'd', csv })
    const assigned = await support.ask('POST', `/api/estate/devices/${serialNumber}/assignment`, {
      mid: DEFAULT_MERCHANT.mid,
    })
    const { tid } = assigned.body
    const { code } = (await support.ask('POST', `/api/estate/terminals/${tid}/codes`, {})).body
    const activating = workbench.serve('activate')
    await until(({ display }) => display.mode === 'ask')
    await typed(code)
    await until(({ display }) => display.screenId === 'enterNewPassword')
    await typed(PASSWORD)
    await until(({ display }) => display.mode === 'ask' && display.title.en.startsWith('Activated as'))
    await act({ kind: 'key', key: 'enter' })
    await activating
    expect(workbench.state.terminal.tid).toBe(tid)
    expect(board.padHasMasterKey).toBe(true)
  }, 20_000)

  it('shows what its bytes make on paper, dot for dot as the printer of the board', async () => {
    expect((await workbench.run({ kind: 'deviceReport' })).kind).toBe('devices')
    const { printer } = await until((state) => state.printer.pieces.length > 0)
    const printed = board.printer.paper.pieces.at(-1)
    const picture = workbench.paper(printer.pieces.at(-1)?.id ?? 0)
    expect(picture).toEqual(printed && renderPaperPng(printed))
    expect(await act({ kind: 'tear' })).toEqual({ refused: undefined })
    expect(workbench.state.printer.pieces).toEqual([])
  }, 20_000)

  it('sees the paper end and a cable pulled at the board', async () => {
    board.printer.setPaper('end')
    await until(({ printer }) => printer.paper === 'end')
    board.printer.setPaper('ok')
    await until(({ printer }) => printer.paper === 'ok')
    board.unplug('pinpad')
    const { log } = await until(({ pinPad }) => !pinPad.isPlugged)
    expect(log.at(-1)?.text).toEqual({ zh: '已拔掉密码键盘', en: 'The PIN pad is pulled out' })
    await board.plug('pinpad')
    await until(({ pinPad }) => pinPad.isPlugged)
  }, 20_000)
})
