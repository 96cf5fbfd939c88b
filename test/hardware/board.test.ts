import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SerialPort } from 'serialport'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Board, BoardRefusal, openBoard } from '../../hardware/emulator/board.ts'
import type { CardImage } from '../../hardware/emulator/chip-card/card-image.ts'
import { saveCardImage } from '../../hardware/emulator/chip-card/card-image-file.ts'
import { DevicePortTaken } from '../../hardware/emulator/device-port.ts'
import { renderPaperText } from '../../hardware/emulator/paper-text.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { nodeRandom } from '../../src/crypto/node-random.ts'
import type { TerminalPeripherals } from '../../src/terminal/adapters/open-terminal.ts'
import { openSerialPeripherals } from '../../src/terminal/adapters/serial-peripherals.ts'
import { SystemClock } from '../../src/terminal/adapters/system-clock.ts'
import type {
  DeviceCondition,
  PeripheralAnswers,
  PeripheralEffect,
} from '../../src/terminal/flows/peripheral-effect.ts'

const clock = new SystemClock()
/** Answers like any card; its stripe is readable. */
const CARD: CardImage = {
  format: 'tillwire-card-1',
  name: 'test card',
  replay: { atr: '3B6500002063CBA000', exchanges: [{ command: '00A4040000', response: '6A82' }] },
  stripe: { track2: '6210948000000011=30101201' },
}
const AWAIT = { kind: 'awaitCard', accept: { chip: true, stripe: true }, timeoutMs: 20_000 } as const

let directory: string
let board: Board
let peripherals: TerminalPeripherals
let devices: readonly DeviceCondition[]
let deviceListeners: (() => void)[]

async function start(options: { sharedLine?: boolean; baudRate?: number | undefined } = {}): Promise<void> {
  board = await openBoard({
    directory: join(directory, 'board'),
    clock,
    random: nodeRandom,
    baudRate: options.baudRate,
    sharedLine: options.sharedLine === true,
  })
  attach()
}

function attach(): void {
  const { reader, pinpad, printer } = board.paths
  peripherals = openSerialPeripherals({
    readerPath: reader,
    pinPadPath: pinpad,
    printerPath: printer,
    baudRate: 115_200,
    clock,
  })
  devices = []
  deviceListeners = []
  peripherals.onChange((report) => {
    devices = report.devices
    for (const look of [...deviceListeners]) look()
  })
}

function ask<K extends PeripheralEffect['kind']>(
  effect: Extract<PeripheralEffect, { readonly kind: K }>,
): Promise<PeripheralAnswers[K]> {
  return new Promise((resolve) => peripherals.perform<K>(effect, resolve))
}

function until(isWanted: (states: readonly string[]) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isWanted(devices.map(({ state }) => state))) return
      deviceListeners = deviceListeners.filter((each) => each !== look)
      resolve()
    }
    deviceListeners.push(look)
    look()
  })
}

const allReady = (states: readonly string[]): boolean =>
  states.length === 3 && states.every((state) => state === 'ready')

function onLamp(wanted: string, act: () => void): void {
  const stop = board.onEvent((event) => {
    if (event.kind !== 'lamp' || event.lamp !== wanted) return
    stop()
    setImmediate(act)
  })
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-board-'))
  saveCardImage(join(directory, 'card.json'), CARD)
})

afterEach(() => {
  peripherals?.close()
  board?.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('board on pseudo-terminals', () => {
  it.each([
    ['three lines', { sharedLine: false }],
    ['a shared line at 115 200 baud', { sharedLine: true, baudRate: 115_200 }],
  ])('card, PIN pad and printer on %s', async (_, options) => {
    await start(options)
    const { devices: found } = await ask({ kind: 'deviceReport' })
    expect(found.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready'])
    onLamp('cardWanted', () => board.insert(join(directory, 'card.json')))
    expect(await ask(AWAIT)).toEqual({ kind: 'chip', atr: fromHex('3B6500002063CBA000') })
    expect(await ask({ kind: 'transmit', apdu: fromHex('00A4040000') })).toEqual({
      kind: 'response',
      bytes: fromHex('6A82'),
    })
    await ask({ kind: 'releaseCard' })
    const gone = ask({ kind: 'awaitCardRemoval', timeoutMs: 20_000 })
    board.remove()
    expect(await gone).toEqual({ kind: 'gone' })
    onLamp('cardWanted', () => board.swipe(join(directory, 'card.json')))
    expect(await ask(AWAIT)).toMatchObject({ kind: 'stripe', track2: '6210948000000011=30101201' })
    expect(await ask({ kind: 'pinPad', command: { op: 'encryptTrack', digits: '62' } })).toEqual({
      kind: 'keyMissing',
      slot: 'trackKey',
    })
    const document = { lines: [{ kind: 'text', text: '成功 printed' }], cut: true } as const
    expect(await ask({ kind: 'print', document })).toEqual({ kind: 'printed', paperNearEnd: false })
    expect(board.printer.paper.pieces.map(renderPaperText).join('')).toContain('成功 printed')
  })

  it('each device may be pulled and put back at any time', async () => {
    await start()
    await until(allReady)
    for (const [index, device] of (['reader', 'pinpad', 'printer'] as const).entries()) {
      board.unplug(device)
      await until((states) => states[index] === 'missing')
      expect(existsSync(board.paths[device])).toBe(false)
      await board.plug(device)
      await until(allReady)
    }
    const waiting = ask(AWAIT)
    onLamp('cardWanted', () => board.unplug('reader'))
    expect(await waiting).toEqual({ kind: 'missing', device: 'cardReader' })
  })

  it('finds devices that come later than the terminal', async () => {
    await start()
    for (const device of ['reader', 'pinpad', 'printer'] as const) board.unplug(device)
    peripherals.close()
    attach()
    // Missing they are from the start; that each was looked for shows in its words.
    await until(
      (states) =>
        states.length === 3 &&
        states.every((state) => state === 'missing') &&
        devices[0]?.detail !== 'not found yet',
    )
    expect(devices[0]?.detail).toBe(`nothing is connected at ${board.paths.reader}`)
    for (const device of ['reader', 'pinpad', 'printer'] as const) await board.plug(device)
    await until(allReady)
  })

  it('says so when another program holds the port', async () => {
    await start()
    await until(allReady)
    peripherals.close()
    const other = new SerialPort({ path: board.paths.reader, baudRate: 115_200, autoOpen: false })
    await new Promise<void>((resolve, reject) => {
      const open = (): void => other.open((error) => (error === null ? resolve() : setImmediate(open)))
      open()
      other.on('error', reject)
    })
    attach()
    await until((states) => states[0] === 'missing' && devices[0]?.detail !== 'not found yet')
    expect(devices[0]?.detail).toBe(`another program uses ${board.paths.reader}`)
    await new Promise<void>((resolve) => other.close(() => resolve()))
    await until(allReady)
  })

  it('leaves nothing behind but the memory of the pad and the charge of the battery, and takes over the links of a board that was killed', async () => {
    await start()
    await until(allReady)
    const serialNumber = board.padProvisioning.serialNumber
    expect(readlinkSync(board.paths.reader)).toMatch(/^\/dev\/pts\/\d+$/)
    // As after kill -9: a second board comes while the links of the first are still there.
    const second = await openBoard({
      directory: join(directory, 'board'),
      clock,
      random: nodeRandom,
      baudRate: undefined,
      sharedLine: false,
    })
    expect(second.padProvisioning.serialNumber).toBe(serialNumber)
    second.close()
    board.close()
    expect(readdirSync(join(directory, 'board')).sort()).toEqual([
      'battery',
      'pin-pad.memory',
      'pin-pad.seal',
    ])
  })

  it('does not replace a file that stands in place of a link', async () => {
    mkdirSync(join(directory, 'board'))
    writeFileSync(join(directory, 'board', 'reader'), 'precious')
    await expect(start()).rejects.toThrow(DevicePortTaken)
  })

  it('refuses what hands can not do, in one sentence', async () => {
    await start()
    const card = join(directory, 'card.json')
    expect(() => board.remove()).toThrow(new BoardRefusal('there is no card in the reader'))
    expect(() => board.swipe(card)).toThrow('the reader is not waiting for a stripe')
    expect(() => board.pressKeys('1234#')).toThrow('the PIN pad is not asking for a PIN')
    expect(() => board.pressKeys('12a')).toThrow('keys are digits')
    board.insert(card)
    expect(() => board.insert(card)).toThrow('a card is in the reader already')
    writeFileSync(join(directory, 'broken.json'), '{')
    expect(() => board.insert(join(directory, 'broken.json'))).toThrow(/is not whole JSON/)
    expect(() => board.insert(join(directory, 'none.json'))).toThrow(/cannot be read/)
  })
})
