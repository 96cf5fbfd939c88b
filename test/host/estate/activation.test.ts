import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import type { Activation, ActivationRequest } from '../../../src/host/estate/activation.ts'
import { readActivationCode } from '../../../src/host/estate/activation-codes.ts'
import { type KeyLoadingWorld, NOW_MS, openKeyLoadingWorld } from '../../hardware/key-loading-world.ts'
import { PAD_MEMORY, VirtualBoard } from '../../hardware/virtual-board.ts'
import { ACTOR, EstateWorld, MID, refusalOf } from './estate-world.ts'

const HOUR_MS = 3_600_000
let keys: KeyLoadingWorld
let world: EstateWorld
let board: VirtualBoard
let tid: string

beforeAll(async () => {
  keys = await openKeyLoadingWorld()
})
afterAll(() => keys.close())
beforeEach(() => {
  world = new EstateWorld(NOW_MS, keys.directory)
  world.field.stock.import(ACTOR, 'd', `serial,type\n${PAD_MEMORY.serialNumber},board\nOTHER001,board`)
  tid = world.field.assignments.assign(ACTOR, { serial: PAD_MEMORY.serialNumber, mid: MID }).tid
  board = new VirtualBoard().plugIn()
  board.memory.content = keys.padMemory
})
afterEach(() => world.close())

function newCode(hours = 1): string {
  return world.field.codes.issue(ACTOR, tid, hours).code
}

/** What the pad says to this code. */
function requestOf(code: string): ActivationRequest {
  const context = createHash('sha256')
    .update(readActivationCode(code) ?? '')
    .digest()
  const answer = board.ask({ kind: 'pinPad', command: { op: 'requestKey', context } })
  if (answer.kind !== 'keyRequest') throw new Error(answer.kind)
  const certificates = (keys.padMemory.transport?.certificates ?? []).map((each) =>
    Buffer.from(each, 'base64'),
  )
  return { code, certificates, nonce: answer.nonce, signature: answer.signature }
}

function activate(code: string): Activation {
  return world.field.activation.activate(requestOf(code))
}

describe('an activation', () => {
  it('gives the terminal its identity and its pad the key that the host has', () => {
    const before = world.field.terminals.get(tid).keyCheckValue
    const activation = activate(newCode().toLowerCase().replace('-', ' '))
    expect(activation.profile).toMatchObject({ terminalId: tid, merchantId: MID, currency: '156' })
    const answer = board.ask({
      kind: 'pinPad',
      command: { op: 'loadKeyPackage', keyPackage: fromHex(activation.keyPackage) },
    })
    expect(answer.kind === 'masterKeyLoaded' && toHex(answer.checkValue)).toBe(activation.checkValue)
    const row = world.store.listTerminals().find((each) => each.tid === tid)
    expect(row?.masterKey?.checkValue).toBe(activation.checkValue)
    expect(activation.checkValue).not.toBe(before)
    expect(world.field.stock.get(PAD_MEMORY.serialNumber).state).toBe('installed')
    expect(world.field.terminals.get(tid)).toMatchObject({
      lastSeenMs: NOW_MS,
      keyCheckValue: activation.checkValue,
    })
    expect(world.office.audit.list({ limit: 1 })[0]).toMatchObject({
      action: 'terminal.activated',
      subject: tid,
    })
    expect(world.office.audit.verify().findings).toEqual([])
  })

  it('is answered alike when the same request comes again, and only then', () => {
    const code = newCode()
    const request = requestOf(code)
    const first = world.field.activation.activate(request)
    expect(world.field.activation.activate(request)).toEqual(first)
  })

  it('may ask again with its code until it has signed in, since the power may go before it has its key', () => {
    const code = newCode()
    const first = activate(code)
    const second = activate(code)
    expect(second.checkValue).not.toBe(first.checkValue)
    world.estate.changeTerminal(tid, (row) => ({ ...row, macKey: row.masterKey }))
    expect(refusalOf(() => activate(code))).toBe('codeUsed')
    const late = newCode(2)
    activate(late)
    world.nowMs += 3 * 3_600_000
    expect(refusalOf(() => activate(late))).toBe('codeExpired')
  })

  it('is refused with a wrong code, which is locked after five tries', () => {
    const code = newCode()
    const wrong = code.startsWith('2') ? `3${code.slice(1)}` : `2${code.slice(1)}`
    expect(refusalOf(() => activate('short'))).toBe('codeWrong')
    for (let tries = 0; tries < 5; tries++) expect(refusalOf(() => activate(wrong))).toBe('codeWrong')
    expect(refusalOf(() => activate(code))).toBe('codeLocked')
    expect(world.field.codes.list(tid)[0]).toMatchObject({ state: 'locked', tries: 5 })
    expect(activate(newCode()).profile.terminalId).toBe(tid)
  })

  it('is refused with an expired code, and with one that another replaced', () => {
    const old = newCode()
    const code = newCode(2)
    expect(refusalOf(() => activate(old))).toBe('codeWrong')
    world.nowMs += 2 * HOUR_MS + 1
    expect(refusalOf(() => activate(code))).toBe('codeExpired')
  })

  it('is refused for a device that is unknown or plays no terminal', async () => {
    const code = newCode()
    const stranger = await keys.newPad('TWPP9999')
    board.memory.content = stranger
    const certificates = (stranger.transport?.certificates ?? []).map((each) => Buffer.from(each, 'base64'))
    const request = { ...requestOf(code), certificates }
    expect(refusalOf(() => world.field.activation.activate(request))).toBe('notFound')
    board.memory.content = keys.padMemory
    world.field.assignments.withdraw(tid)
    expect(refusalOf(() => activate(code))).toBe('notFound')
  })

  it('is refused when the proof is for another code', () => {
    const request = requestOf(newCode())
    const code = newCode()
    expect(refusalOf(() => world.field.activation.activate({ ...request, code }))).toBe('certificate')
  })

  it('is refused when its number was used before', () => {
    const request = requestOf(newCode())
    world.field.activation.activate(request)
    // A pad whose numbers repeat would take an old answer for a new one.
    board = new VirtualBoard().plugIn()
    board.memory.content = keys.padMemory
    const again = requestOf(newCode())
    expect(toHex(again.nonce)).toBe(toHex(request.nonce))
    expect(refusalOf(() => world.field.activation.activate(again))).toBe('replayed')
  })

  it('leaves no code in the database', () => {
    const code = newCode()
    const stored = JSON.stringify(world.office.database.db.prepare('SELECT * FROM estate_codes').all())
    expect(stored).not.toContain(code.slice(0, 5))
  })
})

describe('a key ceremony', () => {
  it('prints each component once, for three people', () => {
    const desk = world.field.ceremonies
    const { id, checkValue } = desk.begin('a', tid)
    const page = desk.print('b', id, 1)
    expect(page.groups).toHaveLength(8)
    expect(page.keyCheckValue).toBe(checkValue)
    expect(refusalOf(() => desk.print('c', id, 1))).toBe('notNow')
    expect(refusalOf(() => desk.print('b', id, 2))).toBe('notNow')
    desk.print('c', id, 2)
    expect(desk.get(id).state).toBe('open')
    desk.print('d', id, 3)
    const printed = desk.get(id)
    expect(printed.state).toBe('printed')
    expect(refusalOf(() => desk.loaded('a', id, '000000', printed.version))).toBe('badInput')
    expect(desk.loaded('a', id, checkValue, printed.version).state).toBe('loaded')
    expect(world.store.listTerminals().find((each) => each.tid === tid)?.masterKey?.checkValue).toBe(
      checkValue,
    )
  })

  it('keeps nothing of what was printed', () => {
    const desk = world.field.ceremonies
    const { id } = desk.begin('a', tid)
    desk.print('b', id, 1)
    const left = world.office.database.db
      .prepare<[], number>('SELECT count(*) FROM estate_components WHERE sealed IS NOT NULL')
      .pluck()
      .get()
    expect(left).toBe(2)
    desk.begin('a', tid)
    expect(refusalOf(() => desk.print('c', id, 2))).toBe('notNow')
    expect(desk.get(id).state).toBe('cancelled')
  })

  it('needs a terminal with keys, and the present state', () => {
    const desk = world.field.ceremonies
    expect(refusalOf(() => desk.begin('a', 'TERM0001'))).toBe('notNow')
    const { id, version } = desk.begin('a', tid)
    expect(refusalOf(() => desk.cancel('a', id, version + 1))).toBe('changed')
    expect(desk.cancel('a', id, version).state).toBe('cancelled')
    expect(refusalOf(() => desk.cancel('a', id, version + 1))).toBe('notNow')
  })
})
