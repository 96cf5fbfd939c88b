import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadCardImage } from '../../hardware/emulator/chip-card/card-image-file.ts'
import { encodeFrame } from '../../hardware/protocol/link-frame.ts'
import { encodeCardEvent } from '../../hardware/protocol/reader-payloads.ts'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { readRecording } from '../../src/cli/replay/read-recording.ts'
import { replayRecording } from '../../src/cli/replay/replay-recording.ts'
import { runHere } from '../cli/run-here.ts'
import { BenchOfParts } from './bench-of-parts.ts'
import { byteSecret, foundIn, type Secret } from './card-data.ts'
import { Program } from './program.ts'
import { cardSecrets, keySecrets } from './world-secrets.ts'

let directory: string
let file: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-record-'))
  file = join(directory, 'day.jsonl')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const NO_STRICT: ReadonlySet<string> = new Set()

/** Names of `secrets` in a recording: in its text, and in the bytes that its hexadecimal stands for. */
function leaksIn(path: string, secrets: readonly Secret[]): readonly string[] {
  const text = readFileSync(path)
  const hex = [...text.toString('latin1').matchAll(/"hex":"([0-9A-F]*)"/g)].map(([, digits = '']) => digits)
  return [...new Set([...foundIn(text, secrets), ...hex.flatMap((each) => foundIn(fromHex(each), secrets))])]
}

/** A line as it would stand there if nothing were masked. */
function clearLines(data: string): string {
  const image = loadCardImage(join(data, 'cards', 'stripe.json'))
  const stripe = image.ok ? image.value.stripe : undefined
  const event = encodeCardEvent({
    kind: 'stripe',
    track1: stripe?.track1,
    track2: stripe?.track2,
    track3: stripe?.track3,
  })
  const frame = encodeFrame({ address: 0x81, sequence: 1, command: 0x60, payload: event })
  const pan = stripe?.track2?.split('=')[0] ?? ''
  return `{"hex":"${toHex(frame)}"}\n{"hex":"16${pan}00"}\n{"hex":"0${pan}0"}\n{"text":"${pan}"}\n`
}

describe('a recording of the whole world', () => {
  it('holds no card data and no key, in no form, and replays without a difference', async () => {
    const data = join(directory, 'data')
    const flags = ['--free-ports', '--fast', '--lang', 'en', '--data', data, '--record', file]
    const program = new Program(['up', ...flags])
    program.write('sale 12.34\ninsert chip\nkeys 123456#\nremove\n')
    await program.until(({ output }) => /= approved {2}sale CNY 12.34/.exec(output)?.[0])
    program.write('sale 5.60\nswipe stripe\nkeys 123456#\n')
    await program.until(({ output }) => /= approved {2}sale CNY 5.60/.exec(output)?.[0])
    program.write('sale 7.80\ninsert visa\nremove\nsettle\n')
    await program.until(({ output }) => /= settled/.exec(output)?.[0])
    // Killed, so that the pad still holds its working keys: a recording is whole up to its last line all the same.
    await program.kill()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const secrets = [
      ...cardSecrets(data),
      ...keySecrets(data),
      byteSecret('cardholder', Buffer.from('TILLWIRE/TEST')),
    ]
    expect(leaksIn(file, secrets)).toEqual([])
    const recording = readRecording(file)
    expect(recording.entries.length).toBeGreaterThan(200)
    expect(new Set(recording.entries.flatMap((entry) => ('line' in entry ? [entry.line] : [])))).toEqual(
      new Set(['host', 'reader', 'pinpad', 'printer']),
    )
    const report = replayRecording(recording, { strict: NO_STRICT })
    expect(report.differences).toEqual([])
    expect(report).toMatchObject({ sizesOnly: 0, host: { requests: 10, replies: 10, notes: [] } })
    expect(report.pieces).toBeGreaterThan(5)
    // The search can find: each form that the card number could have leaked in.
    for (const line of clearLines(data).trim().split('\n')) {
      const open = join(directory, 'open.jsonl')
      writeFileSync(open, `${line}\n`)
      expect(leaksIn(open, secrets)).not.toEqual([])
    }
  }, 90_000)

  it('is never written over', async () => {
    writeFileSync(file, 'mine\n')
    for (const command of ['up', 'board', 'host']) {
      const { code, errors } = await runHere(command, '--data', join(directory, 'data'), '--record', file)
      expect(code, errors).toBe(2)
      expect(errors).toContain('is there already')
      expect(errors.trimEnd().split('\n')).toHaveLength(1)
    }
    expect(readFileSync(file, 'utf8')).toBe('mine\n')
  }, 60_000)
})

describe('recordings of the parts', () => {
  it('each program records its own lines; all of them replay without a difference', async () => {
    const bench = await BenchOfParts.in(directory)
    try {
      await bench.makeCard('card', '6210948000000011', '--stripe-only')
      const record = (name: string) => ['--record', bench.path(`${name}.jsonl`)]
      const board = await bench.startBoard(...record('board'))
      const keyBlock = bench.path('key-block')
      writeFileSync(keyBlock, await bench.makeKeyBlock())
      const host = await bench.startHost(...record('host'))
      const terminal = bench.startTerminal('--key-block-file', keyBlock, ...record('terminal'))
      terminal.write('123456\nlogin 00\n123456\nsignin\nsale 12.34\n')
      await board.event('lamp', ({ lamp }) => lamp === 'cardWanted')
      board.write('swipe card\n')
      await board.event('padScreen', ({ screen }) => JSON.stringify(screen).includes('"digitCount":0'))
      board.write('keys 123456#\n')
      await terminal.event('outcome', ({ command }) => command === 'sale')
      terminal.write('settle\nquit\n')
      expect(await terminal.ended(), terminal.output + terminal.errors).toBe(0)
      host.signal('SIGTERM')
      expect(await host.ended()).toBe(0)
      board.write('quit\n')
      expect(await board.ended()).toBe(0)
      const reports = ['terminal', 'board', 'host'].map((name) => {
        const path = bench.path(`${name}.jsonl`)
        expect(readFileSync(path, 'utf8')).not.toContain('6210948000000011')
        return replayRecording(readRecording(path), { strict: NO_STRICT })
      })
      expect(reports.map(({ differences }) => differences)).toEqual([[], [], []])
      expect(reports.map(({ sizesOnly }) => sizesOnly)).toEqual([0, 0, 0])
      // Only the host knows its accounts.
      expect(reports.map(({ host: played }) => played?.requests)).toEqual([undefined, undefined, 4])
    } finally {
      await bench.stopAll()
    }
  }, 90_000)
})
