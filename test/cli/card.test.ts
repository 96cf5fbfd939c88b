import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadCardImage } from '../../hardware/emulator/chip-card/card-image-file.ts'
import { createChipCard } from '../../hardware/emulator/chip-card/chip-card.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { buildCommand } from '../../src/cli/commands/card.ts'
import { UsageFailure } from '../../src/cli/failure.ts'
import { sha1 } from '../../src/crypto/hash.ts'
import { findTlv } from '../../src/emv/ber-tlv.ts'
import { cryptogramData } from '../../src/emv/schemes.ts'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { startContact } from '../../src/terminal/kernel/contact.ts'
import { countingRandom } from '../hardware/chip-card/test-cards.ts'
import { runKernel, testConfig, testTransaction } from '../terminal/kernel/kernel-world.ts'

const base = mkdtempSync(join(tmpdir(), 'tillwire-card-cli-'))
const data = join(base, 'host')
afterAll(() => rmSync(base, { recursive: true, force: true }))

/** Runs `tillwire card …` in this process; answers what it printed. */
async function card(...args: readonly string[]): Promise<string> {
  const written: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  try {
    const command = buildCommand().exitOverride()
    for (const each of command.commands) each.exitOverride().configureOutput({ writeErr: () => {} })
    await command.parseAsync([...args], { from: 'user' })
  } finally {
    spy.mockRestore()
  }
  return written.join('')
}

const PAN = '6210948000000029'
const file = join(base, 'cards', '621094-0029.json')

describe('tillwire card', () => {
  beforeAll(async () => {
    expect(await card('new', '--data', data, '--pan', PAN)).toContain('621094******0029')
  })

  it('makes a card that terminal and host accept: certificates, cryptogram, issuer answer', () => {
    const loaded = loadCardImage(file)
    if (!loaded.ok) throw new Error(loaded.error.message)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const chip = createChipCard(loaded.value, { random: countingRandom() })
    chip.powerOn()
    const records = openHostRecords(data)
    try {
      const config = { ...testConfig(), sha1, caKeys: records.personalisation.caKeys }
      const start = runKernel({ card: chip }, startContact(config, testTransaction()))
      if (start.kind !== 'online') throw new Error(start.kind)
      // No bit of offline authentication: the whole chain of certificates is right.
      expect(start.results.terminalVerificationResults[0]).toBe(0)
      expect(start.card.pan).toBe(PAN)
      const lookup = (tag: string) => findTlv(start.field55, tag)
      const signed = cryptogramData('pboc-01', lookup)
      const issuer = records.estate.issuerOf(PAN)
      if (!signed.ok || issuer?.cryptogramKey === undefined) throw new Error('no issuer')
      const input = {
        scheme: issuer.cryptogramScheme,
        pan: PAN,
        panSequence: '01',
        applicationTransactionCounter: lookup('9F36') ?? fromHex('0000'),
        unpredictableNumber: lookup('9F37') ?? fromHex('00000000'),
        data: signed.value,
        cryptogram: lookup('9F26') ?? fromHex(''),
      }
      expect(records.security.verifyCryptogram(issuer.cryptogramKey, input)).toBe(true)
    } finally {
      records.close()
    }
  })

  it('shows it without number, tracks, PIN and keys', async () => {
    const content = readFileSync(file, 'utf8')
    const secrets = [PAN, ...content.matchAll(/"(?:ac|smi|smc|pin|privateExponent)": "([0-9A-F]+)"/g)].map(
      (each) => (typeof each === 'string' ? each : (each[1] ?? '')),
    )
    expect(secrets.length).toBe(6)
    for (const output of [await card('show', file), await card('show', file, '--json')]) {
      for (const secret of secrets) expect(output).not.toContain(secret)
      expect(output).toContain('A000000333010101')
      expect(output).toContain('621094******0029')
    }
    expect(await card('show', file, '--lang', 'zh')).toContain('联机加密 PIN 验证')
  })

  it('opens an account with a fresh number when none is given, and names no full number', async () => {
    const output = await card('new', '--data', data, '--json', '--authentication', 'sda')
    const made = JSON.parse(output) as { file: string; pan: string; openedAccount: boolean }
    expect(made).toMatchObject({ openedAccount: true })
    expect(made.pan).toMatch(/^621094\*{6}\d{4}$/)
    expect(readdirSync(join(base, 'cards')).every((name) => /^\d{6}-\d{4}(-stripe)?\.json$/.test(name))).toBe(
      true,
    )
  })

  it('makes stripe cards and cards with a fault', async () => {
    const path = join(base, 'stripe.json')
    await card('new', '--data', data, '--stripe-only', '--out', path)
    const loaded = loadCardImage(path)
    expect(loaded.ok && loaded.value.chip).toBeUndefined()
    expect(await card('show', path)).toMatch(/stripe|磁条/)
    const faulty = join(base, 'faulty.json')
    await card(
      'new',
      '--data',
      data,
      '--fault',
      'declines-second',
      '--authentication',
      'sda',
      '--out',
      faulty,
    )
    expect(await card('show', faulty, '--json')).toContain('"faults":["declinesSecond"]')
  })

  it.each([
    [['--pan', '6210948000000028'], 'check digit'],
    [['--pan', '4000000000000002'], 'no issuer'],
    [['--pan', PAN], 'there already'],
    [['--pan', PAN, '--force', '--expiry', '2901'], 'another expiry'],
    [['--pan', PAN, '--force', '--scheme', 'visa-cvn18'], 'pboc-01'],
    [['--scheme', 'mchip-21'], 'no issuer'],
    [['--pin', '12'], '--pin'],
    [['--expiry', '3013'], '--expiry'],
    [['--name', 'ü'], '--name'],
    [['--balance', '-1'], '--balance'],
  ])('%j gets one clear message', async (flags, message) => {
    const failure = await card('new', '--data', data, ...flags).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UsageFailure)
    expect(failure instanceof Error && failure.message).toContain(message)
    expect(failure instanceof Error && failure.message).not.toContain(PAN)
  })

  it('show of what is no card gets one clear message', async () => {
    const failure = await card('show', join(base, 'nothing.json')).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UsageFailure)
  })
})
