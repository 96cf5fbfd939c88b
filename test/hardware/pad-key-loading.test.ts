import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openFactory } from '../../hardware/emulator/factory.ts'
import { padKeys } from '../../hardware/emulator/pin-pad-device.ts'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { keyCheckValue } from '../../src/crypto/key-check-value.ts'
import { componentGroups, groupBytes, joinComponents } from '../../src/crypto/key-components.ts'
import { KeyDistribution, type KeyRequest } from '../../src/host/security-module/key-distribution.ts'
import type { PinPadAnswer, PinPadCommand } from '../../src/terminal/flows/peripheral-effect.ts'
import { type KeyLoadingWorld, NOW_MS, openKeyLoadingWorld, YEAR_MS } from './key-loading-world.ts'
import { VirtualBoard } from './virtual-board.ts'

const CONTEXT = new Uint8Array(32).fill(7)
let world: KeyLoadingWorld
let board: VirtualBoard

beforeAll(async () => {
  world = await openKeyLoadingWorld()
})
afterAll(() => world.close())
beforeEach(() => {
  board = new VirtualBoard().plugIn()
  board.memory.content = world.padMemory
})

function pad(command: PinPadCommand): PinPadAnswer {
  return board.ask({ kind: 'pinPad', command })
}

function requestOf(context = CONTEXT): KeyRequest {
  const certificates: Uint8Array[] = []
  for (let index = 0; ; index++) {
    const answer = pad({ op: 'readCertificate', index })
    if (answer.kind !== 'data') throw new Error(answer.kind)
    if (answer.data.length === 0) break
    certificates.push(answer.data)
  }
  const answer = pad({ op: 'requestKey', context })
  if (answer.kind !== 'keyRequest') throw new Error(answer.kind)
  return { certificates, nonce: answer.nonce, signature: answer.signature, context }
}

function packageFor(request: KeyRequest, algorithm: 'tdes2' | 'sm4' = 'tdes2') {
  const proven = world.distribution.prove(request)
  if (!proven.ok) throw new Error(proven.error.kind)
  const key = world.security.generateKey('terminalMaster', algorithm)
  return { key, keyPackage: world.distribution.packageFor(proven.value, key) }
}

describe('a master key from afar', () => {
  it.each(['tdes2', 'sm4'] as const)(
    'comes into the pad; both ends show the same check value: %s',
    (algorithm) => {
      const { key, keyPackage } = packageFor(requestOf(), algorithm)
      const answer = pad({ op: 'loadKeyPackage', keyPackage })
      expect(answer).toEqual({ kind: 'masterKeyLoaded', checkValue: fromHex(key.checkValue) })
      expect(board.memory.content.masterKey?.algorithm).toBe(algorithm === 'sm4' ? 'sm4' : 'tdes')
      expect(board.memory.content.transport).toEqual(world.padMemory.transport)
    },
  )

  it('holds no clear key on its way', () => {
    const { keyPackage } = packageFor(requestOf())
    pad({ op: 'loadKeyPackage', keyPackage })
    expect(toHex(keyPackage)).not.toContain(board.memory.content.masterKey?.key ?? 'none')
  })

  it('serves once, and for the last request only', () => {
    const old = packageFor(requestOf()).keyPackage
    const { keyPackage } = packageFor(requestOf())
    expect(pad({ op: 'loadKeyPackage', keyPackage: old })).toEqual({ kind: 'untrusted' })
    // The wrong one has used the request up: the pad asks anew.
    expect(pad({ op: 'loadKeyPackage', keyPackage })).toEqual({ kind: 'untrusted' })
    const next = packageFor(requestOf()).keyPackage
    expect(pad({ op: 'loadKeyPackage', keyPackage: next }).kind).toBe('masterKeyLoaded')
    expect(pad({ op: 'loadKeyPackage', keyPackage: next })).toEqual({ kind: 'untrusted' })
  })

  it('is refused from a host that another manufacturer certified', async () => {
    const other = await openFactory(join(world.directory, 'other'), () => NOW_MS)
    const { security, directory } = world
    const nowMs = () => NOW_MS
    const distribution = new KeyDistribution({ directory: join(directory, 'other'), security, nowMs })
    const asked = await distribution.certificateRequest('another host')
    distribution.certified(await other.certifySender(asked), other.root)
    // It would have to believe the pad first; the pad does not believe it.
    const request = requestOf()
    const proven = world.distribution.prove(request)
    if (!proven.ok) throw new Error(proven.error.kind)
    const key = world.security.generateKey('terminalMaster', 'tdes2')
    const keyPackage = distribution.packageFor(proven.value, key)
    expect(pad({ op: 'loadKeyPackage', keyPackage })).toEqual({ kind: 'untrusted' })
    expect(board.memory.content.masterKey).toBeUndefined()
  })

  it('is refused when any part of it was changed', () => {
    const size = packageFor(requestOf()).keyPackage.length
    for (let at = 0; at < size; at += 97) {
      const { keyPackage } = packageFor(requestOf())
      keyPackage[at % keyPackage.length] = (keyPackage[at % keyPackage.length] ?? 0) ^ 1
      expect(pad({ op: 'loadKeyPackage', keyPackage }).kind).not.toBe('masterKeyLoaded')
    }
    expect(board.memory.content.masterKey).toBeUndefined()
  })

  it('is not for a pad without certificates', () => {
    const { transport: _, ...plain } = world.padMemory
    board.memory.content = plain
    expect(pad({ op: 'requestKey', context: CONTEXT }).kind).toBe('fault')
  })
})

describe('the host checks the pad', () => {
  it('and believes it', () => {
    const proven = world.distribution.prove(requestOf())
    expect(proven.ok && proven.value.serialNumber).toBe('TWPPTEST')
  })

  it('refuses a chain of another root', async () => {
    const other = await openFactory(join(world.directory, 'stranger'), () => NOW_MS)
    board.memory.content = await world.newPad('TWPPTEST', other)
    expect(world.distribution.prove(requestOf())).toMatchObject({
      error: { kind: 'chain', fault: { kind: 'otherRoot' } },
    })
  })

  it.each([
    ['expired', NOW_MS + 11 * YEAR_MS],
    ['notYetValid', NOW_MS - YEAR_MS],
  ])('refuses a certificate that is %s', (kind, nowMs) => {
    const { directory, security } = world
    const later = new KeyDistribution({ directory, security, nowMs: () => nowMs })
    expect(later.prove(requestOf())).toMatchObject({ error: { kind: 'chain', fault: { kind } } })
  })

  it('refuses a certificate that was altered, at each of its bytes', () => {
    const request = requestOf()
    for (let at = 0; at < (request.certificates[0]?.length ?? 0); at += 13) {
      const [own = new Uint8Array(0), ...issuers] = request.certificates
      const altered = Uint8Array.from(own)
      altered[at] = (altered[at] ?? 0) ^ 1
      expect(world.distribution.prove({ ...request, certificates: [altered, ...issuers] }).ok).toBe(false)
    }
  })

  it('refuses a certificate that is for hosts', async () => {
    const certificates = await world.factory.certifySender(await world.distribution.certificateRequest('x'))
    expect(world.distribution.prove({ ...requestOf(), certificates })).toMatchObject({
      error: { kind: 'chain', fault: { kind: 'wrongPurpose' } },
    })
  })

  it('refuses a chain without its middle, and one that is none', () => {
    const request = requestOf()
    const { certificates } = request
    expect(world.distribution.prove({ ...request, certificates: certificates.slice(0, 1) })).toMatchObject({
      error: { fault: { kind: 'otherRoot' } },
    })
    expect(world.distribution.prove({ ...request, certificates: [] }).ok).toBe(false)
    expect(world.distribution.prove({ ...request, certificates: [fromHex('3000')] }).ok).toBe(false)
  })

  it("refuses another pad's certificates", async () => {
    const request = requestOf()
    const stolen = await world.newPad('TWPP0002')
    const certificates = (stolen.transport?.certificates ?? []).map((each) => Buffer.from(each, 'base64'))
    expect(world.distribution.prove({ ...request, certificates })).toMatchObject({
      error: { kind: 'notProven' },
    })
  })

  it('refuses a proof for another purpose or number', () => {
    const request = requestOf()
    for (const change of [{ context: new Uint8Array(32) }, { nonce: new Uint8Array(16) }]) {
      expect(world.distribution.prove({ ...request, ...change })).toMatchObject({
        error: { kind: 'notProven' },
      })
    }
  })
})

describe('a master key in components', () => {
  const COMPONENTS = [
    '0123456789ABCDEFFEDCBA9876543210',
    '00'.repeat(16),
    'FFFF0000FFFF0000FFFF0000FFFF0001',
  ].map(fromHex)
  const KEY = joinComponents(COMPONENTS)

  function type(index: number, groups: readonly string[]): PinPadAnswer | undefined {
    const answers = board.begin({
      kind: 'pinPad',
      command: { op: 'enterComponent', index, algorithm: 'tdes', timeoutMs: 60_000 },
    })
    board.clock.advance(50)
    for (const key of padKeys(groups.map((group) => `${group}#`).join('')) ?? []) {
      board.pinPad.press(key)
      // Each key is reported; the terminal acknowledges before the next.
      board.clock.advance(20)
    }
    board.clock.advance(200)
    expect(answers.length).toBeLessThan(2)
    return answers[0]
  }

  function typeAll(): void {
    for (const [index, component] of COMPONENTS.entries()) {
      expect(type(index, componentGroups(component))).toEqual({
        kind: 'componentEntered',
        checkValue: keyCheckValue('tdes', component),
      })
    }
  }

  it('is the exclusive or of what was typed', () => {
    typeAll()
    const checkValue = keyCheckValue('tdes', KEY)
    expect(pad({ op: 'joinComponents', algorithm: 'tdes', checkValue })).toEqual({
      kind: 'masterKeyLoaded',
      checkValue,
    })
    expect(board.memory.content.masterKey).toEqual({ algorithm: 'tdes', key: toHex(KEY) })
  })

  it('is not loaded when the check value is another one, and must be typed again', () => {
    typeAll()
    const join: PinPadCommand = { op: 'joinComponents', algorithm: 'tdes', checkValue: fromHex('00112233') }
    expect(pad(join)).toEqual({ kind: 'checkValueWrong', slot: 'masterKey' })
    expect(pad(join).kind).toBe('fault')
    expect(board.memory.content.masterKey).toBeUndefined()
  })

  it('takes a mistyped group again', () => {
    const [first = '', ...others] = componentGroups(COMPONENTS[0] ?? new Uint8Array(0))
    const wrong = `${(Number(first[0]) + 1) % 10}${first.slice(1)}`
    expect(type(0, [wrong, first.slice(0, 3), first, ...others])?.kind).toBe('componentEntered')
  })

  it('needs the components in their order, and forgets them with the power', () => {
    expect(type(1, [])?.kind).toBe('fault')
    typeAll()
    board.pinPad.restart()
    const checkValue = keyCheckValue('tdes', KEY)
    expect(pad({ op: 'joinComponents', algorithm: 'tdes', checkValue }).kind).toBe('fault')
  })

  it('can be given up at the pad', () => {
    const answers = board.begin({
      kind: 'pinPad',
      command: { op: 'enterComponent', index: 0, algorithm: 'tdes', timeoutMs: 60_000 },
    })
    board.clock.advance(50)
    board.pinPad.press('cancel')
    board.clock.advance(50)
    expect(answers).toEqual([{ kind: 'cancelled' }])
  })

  it('has groups that show a wrong digit', () => {
    const [group = ''] = componentGroups(fromHex('FFFF'))
    expect(groupBytes(group)).toEqual(fromHex('FFFF'))
    for (let at = 0; at < group.length; at++) {
      const wrong = [...group]
      wrong[at] = String((Number(wrong[at]) + 3) % 10)
      expect(groupBytes(wrong.join(''))).toBeUndefined()
    }
    expect(groupBytes('655369')).toBeUndefined()
  })
})
