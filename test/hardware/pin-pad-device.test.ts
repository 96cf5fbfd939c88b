import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PadMemory, PadMemoryDamaged } from '../../hardware/emulator/pad-memory.ts'
import { padKeys } from '../../hardware/emulator/pin-pad-device.ts'
import { asciiToBytes, bytesToAscii, fromHex, toHex } from '../../src/base/bytes.ts'
import { createSm4, createTdes } from '../../src/crypto/block-cipher.ts'
import { wrapKeyBlock } from '../../src/crypto/key-block.ts'
import { keyCheckValue } from '../../src/crypto/key-check-value.ts'
import { decodePinBlock } from '../../src/crypto/pin-block.ts'
import type { PinPadAnswer, PinPadCommand } from '../../src/terminal/flows/peripheral-effect.ts'
import { textOf, vectorsOf } from '../vectors/vectors.ts'
import { countingRandom, PAD_MEMORY, VirtualBoard } from './virtual-board.ts'

const TMK = fromHex('0123456789ABCDEFFEDCBA9876543210')
const PIK = fromHex('1A2B3C4D5E6F708192A3B4C5D6E7F809')
const MAK = fromHex('13579BDF02468ACE')
const TDK = fromHex('A1B2C3D4E5F60718293A4B5C6D7E8F90')
const PAN = '6210948000000011'

function keyBlock(
  options: { usage?: string; protection?: string; algorithm?: string; key?: Uint8Array } = {},
): string {
  return wrapKeyBlock({
    protectionKey: fromHex(options.protection ?? PAD_MEMORY.keyBlockProtectionKey),
    header: {
      version: 'D',
      usage: options.usage ?? 'K0',
      algorithm: options.algorithm ?? 'T',
      modeOfUse: 'D',
      keyVersion: '00',
      exportability: 'N',
      optional: [],
    },
    key: options.key ?? TMK,
    random: countingRandom(),
  })
}

function wrapped(key: Uint8Array) {
  return { cryptogram: createTdes(TMK).encrypt(key), checkValue: keyCheckValue('tdes', key) }
}

const WORKING_KEYS: PinPadCommand = {
  op: 'loadWorkingKeys',
  algorithm: 'tdes',
  keys: { pinKey: wrapped(PIK), macKey: wrapped(MAK), trackKey: wrapped(TDK) },
}
const ENTER_PIN: PinPadCommand = {
  op: 'enterPin',
  pan: PAN,
  amountText: 'CNY 12.34',
  lengthMin: 4,
  lengthMax: 12,
  timeoutMs: 60_000,
}

let board: VirtualBoard

function pad(command: PinPadCommand): PinPadAnswer {
  return board.ask({ kind: 'pinPad', command })
}

function keyed(): void {
  expect(pad({ op: 'loadMasterKey', keyBlock: keyBlock() }).kind).toBe('masterKeyLoaded')
  expect(pad(WORKING_KEYS)).toEqual({ kind: 'done' })
}

function pressing(keys: string): PinPadAnswer | undefined {
  const answers = board.begin({ kind: 'pinPad', command: ENTER_PIN })
  board.clock.advance(50)
  for (const key of padKeys(keys) ?? []) board.pinPad.press(key)
  board.clock.advance(50)
  expect(answers.length).toBeLessThan(2)
  return answers[0]
}

beforeEach(() => {
  board = new VirtualBoard().plugIn()
})

describe('PIN pad: keys', () => {
  it('takes a master key from its own key block and tells the check value', () => {
    expect(pad({ op: 'loadMasterKey', keyBlock: keyBlock() })).toEqual({
      kind: 'masterKeyLoaded',
      checkValue: Uint8Array.from(keyCheckValue('tdes', TMK)),
    })
  })

  it.each([
    ['of another pad', keyBlock({ protection: 'FF'.repeat(16) })],
    ['for another use', keyBlock({ usage: 'P0' })],
    ['for another algorithm', keyBlock({ algorithm: 'A' })],
    ['with a changed character', keyBlock().replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
    ['that is none', 'D0016'],
  ])('refuses a key block %s and keeps what it has', (_, block) => {
    keyed()
    expect(pad({ op: 'loadMasterKey', keyBlock: block })).toMatchObject({
      kind: 'fault',
      reason: 'the key block is not for this PIN pad',
    })
    expect(pad({ op: 'mac', algorithm: 'x9.9', data: fromHex('00') }).kind).toBe('mac')
  })

  it('names a key whose check value is wrong, and keeps the old keys', () => {
    keyed()
    const before = pad({ op: 'mac', algorithm: 'x9.9', data: fromHex('00') })
    const macKey = { ...wrapped(fromHex('8899AABBCCDDEEFF')), checkValue: fromHex('00000000') }
    const pinKey = wrapped(fromHex('00112233445566778899AABBCCDDEEFF'))
    expect(pad({ op: 'loadWorkingKeys', algorithm: 'tdes', keys: { pinKey, macKey } })).toEqual({
      kind: 'checkValueWrong',
      slot: 'macKey',
    })
    expect(pad({ op: 'mac', algorithm: 'x9.9', data: fromHex('00') })).toEqual(before)
  })

  it('has no working keys without a master key, after a new one, and after it was told to forget them', () => {
    expect(pad(WORKING_KEYS)).toEqual({ kind: 'keyMissing', slot: 'masterKey' })
    keyed()
    pad({ op: 'loadMasterKey', keyBlock: keyBlock() })
    expect(pad({ op: 'encryptTrack', digits: '621094D' })).toEqual({ kind: 'keyMissing', slot: 'trackKey' })
    keyed()
    pad({ op: 'clearWorkingKeys' })
    expect(pad({ op: 'mac', algorithm: 'x9.9', data: fromHex('00') })).toEqual({
      kind: 'keyMissing',
      slot: 'macKey',
    })
    expect(pad(ENTER_PIN)).toEqual({ kind: 'keyMissing', slot: 'pinKey' })
  })

  it('never gives a key back: none is in anything it ever said', () => {
    keyed()
    pressing('123456#')
    pad({ op: 'mac', algorithm: 'unionpay-ecb', data: asciiToBytes('data') })
    pad({ op: 'encryptTrack', digits: `${PAN}D301020100000` })
    const said = board.cable.written.fromDevice.map(toHex).join('')
    for (const key of [TMK, PIK, MAK, TDK]) expect(said).not.toContain(toHex(key))
  })
})

describe('PIN pad: MAC, track, data', () => {
  it('makes the published MACs', () => {
    for (const { inputs, expected } of vectorsOf('cup-mac-ecb')) {
      if (inputs['tmk'] === undefined) continue
      const tmk = fromHex(textOf(inputs, 'tmk'))
      pad({ op: 'loadMasterKey', keyBlock: keyBlock({ key: tmk }) })
      const mak = fromHex(textOf(expected, 'mak'))
      const macKey = {
        cryptogram: fromHex(textOf(inputs, 'encryptedMak')),
        checkValue: keyCheckValue('tdes', mak),
      }
      pad({ op: 'loadWorkingKeys', algorithm: 'tdes', keys: { macKey } })
      const answer = pad({ op: 'mac', algorithm: 'unionpay-ecb', data: fromHex(textOf(inputs, 'mab')) })
      expect(answer.kind === 'mac' && bytesToAscii(answer.mac)).toBe(expected['macAscii'])
    }
  })

  it('makes one MAC over data of several frames', () => {
    keyed()
    const data = Uint8Array.from({ length: 2500 }, (_, index) => index & 0xff)
    const answer = pad({ op: 'mac', algorithm: 'x9.9', data })
    const cipher = createTdes(MAK)
    let block: Uint8Array = new Uint8Array(8)
    for (let at = 0; at < data.length; at += 8) {
      const next = new Uint8Array(8)
      next.set(data.subarray(at, at + 8))
      block = cipher.encrypt(next.map((byte, index) => byte ^ (block[index] ?? 0)))
    }
    expect(answer).toEqual({ kind: 'mac', mac: Uint8Array.from(block) })
  })

  it('encrypts the published track', () => {
    const [vector] = vectorsOf('cup-track-encryption')
    if (vector === undefined) throw new Error('no vector')
    pad({ op: 'loadMasterKey', keyBlock: keyBlock() })
    const trackKey = wrapped(fromHex(textOf(vector.inputs, 'tdk')))
    pad({ op: 'loadWorkingKeys', algorithm: 'tdes', keys: { trackKey } })
    expect(pad({ op: 'encryptTrack', digits: textOf(vector.inputs, 'track2') })).toEqual({
      kind: 'track',
      digits: vector.expected['encrypted'],
    })
  })

  it('takes SM4 keys under an SM4 master key, for MACs', () => {
    const master = fromHex('00112233445566778899AABBCCDDEEFF')
    const mak = fromHex('0123456789ABCDEFFEDCBA9876543210')
    pad({ op: 'loadMasterKey', keyBlock: keyBlock({ algorithm: '4', key: master }) })
    const macKey = { cryptogram: createSm4(master).encrypt(mak), checkValue: keyCheckValue('sm4', mak) }
    expect(pad({ op: 'loadWorkingKeys', algorithm: 'sm4', keys: { macKey, pinKey: macKey } })).toEqual({
      kind: 'done',
    })
    const vector = vectorsOf('cup-mac-ecb').find(({ id }) => id.includes('sm4'))
    if (vector === undefined) throw new Error('no vector')
    const answer = pad({ op: 'mac', algorithm: 'sm4-ecb', data: fromHex(textOf(vector.inputs, 'mab')) })
    expect(answer.kind === 'mac' && bytesToAscii(answer.mac)).toBe(vector.expected['macAscii'])
    // Field 52 has no room for a block of 16 bytes.
    expect(pad(ENTER_PIN)).toMatchObject({ kind: 'fault', reason: 'the device can not do it now' })
  })

  it('protects data so that only it can read them', () => {
    const data = asciiToBytes('6210948000000011 3012')
    const answer = pad({ op: 'protect', data })
    if (answer.kind !== 'data') throw new Error(answer.kind)
    expect(toHex(answer.data)).not.toContain(toHex(data))
    expect(pad({ op: 'unprotect', ciphertext: answer.data })).toEqual({ kind: 'data', data })
    const other = answer.data.map((byte, index) => (index === 20 ? byte ^ 1 : byte))
    expect(pad({ op: 'unprotect', ciphertext: other })).toMatchObject({
      kind: 'fault',
      reason: 'the data were not made by this PIN pad',
    })
  })
})

describe('PIN pad: entry', () => {
  it('answers a block that holds the PIN, and never the PIN', () => {
    keyed()
    const answer = pressing('123456#')
    if (answer?.kind !== 'pinEntered') throw new Error(String(answer?.kind))
    const block = createTdes(PIK).decrypt(answer.pinBlock)
    expect(decodePinBlock({ format: 0, block, pan: PAN })).toEqual({ ok: true, value: '123456' })
    const said = board.cable.written.fromDevice.map(toHex).join(' ')
    expect(said).not.toContain('3132333435')
    expect(said).not.toContain(toHex(block))
  })

  it('puts zeros in place of a card number that it was not told', () => {
    keyed()
    const command: PinPadCommand = { ...ENTER_PIN, op: 'enterPin', pan: undefined }
    const answers = board.begin({ kind: 'pinPad', command })
    board.clock.advance(50)
    for (const key of padKeys('1234#') ?? []) board.pinPad.press(key)
    board.clock.advance(50)
    const [answer] = answers
    if (answer?.kind !== 'pinEntered') throw new Error(String(answer?.kind))
    expect(toHex(createTdes(PIK).decrypt(answer.pinBlock))).toBe('041234FFFFFFFFFF')
  })

  it.each([
    ['#', 'pinBypassed'],
    ['12x', 'cancelled'],
    ['99c1234#', 'pinEntered'],
    ['123456789012345#', 'pinEntered'],
  ])('%s gives %s', (keys, kind) => {
    keyed()
    expect(pressing(keys)?.kind).toBe(kind)
  })

  it('does not take too short a PIN, waits for more, and gives up in time', () => {
    keyed()
    const answers = board.begin({ kind: 'pinPad', command: ENTER_PIN })
    board.clock.advance(50)
    for (const key of padKeys('123#') ?? []) board.pinPad.press(key)
    board.clock.advance(1000)
    expect(answers).toEqual([])
    board.clock.advance(60_000)
    expect(answers).toEqual([{ kind: 'timeout' }])
    expect(board.pinPad.isEnteringPin).toBe(false)
  })

  it("is ended by the operator's cancel key, and asks again", () => {
    keyed()
    const answers = board.begin({ kind: 'pinPad', command: ENTER_PIN })
    board.clock.advance(50)
    board.peripherals.cancel()
    board.clock.advance(50)
    expect(answers).toEqual([{ kind: 'cancelled' }])
    expect(board.pinPad.isEnteringPin).toBe(false)
    expect(pressing('1234#')?.kind).toBe('pinEntered')
  })
})

describe('PIN pad: memory', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillwire-pad-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('keeps its keys over a restart, sealed, for its owner only', () => {
    const memory = new PadMemory(directory)
    memory.save({ ...memory.content, macKey: toHex(MAK) })
    expect(new PadMemory(directory).content).toEqual(memory.content)
    for (const name of ['pin-pad.memory', 'pin-pad.seal']) {
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
      const text = readFileSync(join(directory, name)).toString('latin1')
      expect(text).not.toContain(toHex(MAK))
      expect(text).not.toContain(memory.content.keyBlockProtectionKey)
    }
  })

  it.each([
    ['a changed byte', 'pin-pad.memory', Buffer.alloc(60)],
    ['an empty file', 'pin-pad.memory', Buffer.alloc(0)],
    ['another seal', 'pin-pad.seal', Buffer.alloc(32)],
    ['a short seal', 'pin-pad.seal', Buffer.alloc(3)],
  ])('says what to do about %s', (_, name, content) => {
    const { content: before } = new PadMemory(directory)
    writeFileSync(join(directory, name), content)
    expect(() => new PadMemory(directory)).toThrow(PadMemoryDamaged)
    expect(() => new PadMemory(directory)).toThrow(/remove pin-pad.memory and pin-pad.seal/)
    expect(before.serialNumber).toMatch(/^TWPP/)
  })

  it('does not make a new seal beside an old memory', () => {
    new PadMemory(directory)
    rmSync(join(directory, 'pin-pad.seal'))
    expect(() => new PadMemory(directory)).toThrow(PadMemoryDamaged)
  })
})
