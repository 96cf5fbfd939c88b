import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toHex } from '../../../src/base/bytes.ts'
import { parsePackageContent } from '../../../src/terminal/adapters/package-content-file.ts'
import { PackageSlotFiles } from '../../../src/terminal/adapters/package-slots.ts'
import { packagedPanel } from '../../../src/terminal/adapters/packaged-panel.ts'
import type { PackageAnswers, PackageEffect } from '../../../src/terminal/flows/package-effect.ts'
import type { Screen } from '../../../src/terminal/flows/screen.ts'
import { renderScreen } from '../../../src/terminal/flows/screen-texts.ts'
import { DEFAULT_PROFILE } from '../../../src/terminal/flows/terminal-profile.ts'
import { KEYS, signedPackage } from '../../downloads/package-world.ts'

function opened() {
  const directory = mkdtempSync(join(tmpdir(), 'tillwire-slots-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const slots = new PackageSlotFiles(directory)
  const ask = (effect: PackageEffect): PackageAnswers[PackageEffect['kind']] | undefined => {
    let answer: PackageAnswers[PackageEffect['kind']] | undefined
    slots.perform(effect, (given) => {
      answer = given
    })
    return answer
  }
  const store = (bytes: Uint8Array, size = 300): void => {
    for (let offset = 0; offset < bytes.length; offset += size)
      ask({ kind: 'storeChunk', slot: 'A', offset, bytes: bytes.subarray(offset, offset + size) })
  }
  return { directory, slots, ask, store }
}

const FILE = signedPackage('1.1.0')

describe('the slots of packages', () => {
  it('hold what was stored, privately, and give it back in parts', () => {
    const { directory, ask, store } = opened()
    store(FILE)
    expect(readdirSync(directory)).toEqual(['package-A.twpk'])
    expect(statSync(join(directory, 'package-A.twpk')).mode & 0o077).toBe(0)
    const answer = ask({ kind: 'readSlot', slot: 'A', offset: 10, size: 20 })
    expect(answer).toEqual({ kind: 'bytes', bytes: FILE.slice(10, 30) })
    expect(ask({ kind: 'readSlot', slot: 'A', offset: FILE.length - 5, size: 20 })).toEqual({
      kind: 'bytes',
      bytes: FILE.slice(-5),
    })
    expect(ask({ kind: 'readSlot', slot: 'B', offset: 0, size: 20 })).toEqual({ kind: 'failed' })
  })

  it('a shorter package leaves nothing of the longer one behind it', () => {
    const { ask, store } = opened()
    store(FILE)
    store(Uint8Array.of(1, 2, 3))
    expect(ask({ kind: 'readSlot', slot: 'A', offset: 0, size: 9 })).toEqual({
      kind: 'bytes',
      bytes: Uint8Array.of(1, 2, 3),
    })
  })

  it('load what has the right hash, and nothing else', () => {
    const { directory, slots, ask, store } = opened()
    store(FILE)
    const id = toHex(slots.sha256(FILE))
    expect(ask({ kind: 'loadSlot', installed: { slot: 'A', id } })).toEqual({ kind: 'loaded' })
    expect(slots.inForce?.profile.resendCount).toBe(4)
    writeFileSync(join(directory, 'package-A.twpk'), FILE.slice(1))
    expect(ask({ kind: 'loadSlot', installed: { slot: 'A', id } })).toEqual({ kind: 'unusable' })
    expect(ask({ kind: 'loadSlot', installed: { slot: 'B', id } })).toEqual({ kind: 'unusable' })
    expect(ask({ kind: 'loadSlot', installed: undefined })).toEqual({ kind: 'loaded' })
    expect(slots.inForce).toBeUndefined()
  })

  it('answer that a disk which takes nothing failed', () => {
    const slots = new PackageSlotFiles('/nowhere/at/all')
    slots.perform({ kind: 'storeChunk', slot: 'A', offset: 0, bytes: FILE }, (answer) =>
      expect(answer).toEqual({ kind: 'failed' }),
    )
    expect.assertions(1)
  })

  it('check a signature as the maker made it', () => {
    const { slots } = opened()
    const data = Uint8Array.of(1)
    expect(slots.verifyEd25519(KEYS.publicKey, data, new Uint8Array(64))).toBe(false)
    // Source: RFC 8032, 7.1, TEST 2.
    const key = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'
    const signature =
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
    const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
    expect(slots.verifyEd25519(bytes(key), Uint8Array.of(0x72), bytes(signature))).toBe(true)
  })
})

describe('the content of a package', () => {
  it.each([
    ['identity', { profile: { terminalId: '99999999' } }, 'terminalId'],
    ['whom to trust', { profile: { packageKeys: [] } }, 'packageKeys'],
    ['a value out of range', { profile: { resendCount: 99 } }, 'resendCount'],
    ['a screen that is none', { texts: { nowhere: ['x', 'y'] } }, 'ids of screens'],
    ['keys that are no TLV', { caKeys: ['9F'] }, 'TLV'],
    ['a member of its own', { program: 'rm' }, 'program'],
  ])('never changes %s', (_, content, word) => {
    const parsed = parsePackageContent(JSON.stringify(content))
    expect(parsed.ok).toBe(false)
    expect(parsed.ok ? '' : parsed.error.message).toContain(word)
  })

  it('puts its texts on the screen, in questions too', () => {
    const shown: string[] = []
    const asked: string[] = []
    const say = (screen: Screen): string => renderScreen(screen, 'en')
    const panel = packagedPanel(
      {
        show: (screen) => shown.push(say(screen)),
        ask(question) {
          asked.push(say(question.screen))
          if (question.kind === 'choose') asked.push(...question.options.map((each) => say(each.screen)))
        },
        withdraw: () => {},
      },
      () => ({ profile: {}, texts: { ready: ['您好', 'Good day'] }, caKeys: [], applications: [] }),
      () => {},
    )
    panel.show({ id: 'ready' })
    panel.show({ id: 'signedOff' })
    const screen = { id: 'ready' }
    panel.ask({ kind: 'choose', screen, options: [{ id: 'a', screen }] }, () => {})
    expect(shown).toEqual(['Good day', 'Signed off'])
    expect(asked).toEqual(['Good day', 'Good day'])
  })

  it('is off for a terminal as it is delivered', () => {
    expect(DEFAULT_PROFILE).toMatchObject({ packageKeys: [], receiptFooterZh: '', receiptFooterEn: '' })
  })
})
