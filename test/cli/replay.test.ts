import { mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeFrame, LinkDecoder } from '../../hardware/protocol/link-frame.ts'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { BUILT_IN_SPECS } from '../../src/cli/message/dialects.ts'
import { RecordingFile } from '../../src/cli/recording/recording-file.ts'
import { parseStrict } from '../../src/cli/replay/compare-replies.ts'
import { readRecording } from '../../src/cli/replay/read-recording.ts'
import { replayRecording } from '../../src/cli/replay/replay-recording.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import type { Fields } from '../../src/iso8583/message.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import { runHere } from './run-here.ts'

const DAY = recordingPath('day.jsonl')
const HOST_ANSWERS = recordingPath('host-answers.jsonl')
const NO_STRICT = parseStrict(undefined)
const PREFIX_AND_ENVELOPE = 13
const isoSpecs = BUILT_IN_SPECS.filter(({ id }) => id !== UNIONPAY_POS.id)

function recordingPath(name: string): string {
  return new URL(`../recordings/${name}`, import.meta.url).pathname
}

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-replay-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

type Entry = Record<string, unknown> & { hex: string; reading: Record<string, string> }

/** The day with the first entry changed that `isWanted`. */
function altered(isWanted: (entry: Entry) => boolean, change: (entry: Entry) => void): string {
  const lines = readFileSync(DAY, 'utf8').split('\n')
  const index = lines.findIndex((line) => line.includes('"reading"') && isWanted(JSON.parse(line)))
  const entry: Entry = JSON.parse(lines[index] ?? '')
  change(entry)
  lines[index] = JSON.stringify(entry)
  const path = join(directory, 'altered.jsonl')
  writeFileSync(path, lines.join('\n'))
  return path
}

/** Writes other fields into a recorded message of the home dialect. */
function alterFields(entry: Entry, change: (fields: Fields) => void): void {
  const codec = compileSpec(UNIONPAY_POS)
  const bytes = fromHex(entry.hex)
  const decoded = codec.decode(bytes, PREFIX_AND_ENVELOPE)
  if (!decoded.ok) throw new Error('does not decode')
  change(decoded.value.fields)
  const encoded = codec.encode(decoded.value)
  if (!encoded.ok) throw new Error('does not encode')
  const whole = Buffer.concat([bytes.subarray(0, PREFIX_AND_ENVELOPE), encoded.value])
  whole.writeUInt16BE(whole.length - 2)
  entry.hex = toHex(whole)
}

const places = (path: string) =>
  replayRecording(readRecording(path), { strict: NO_STRICT }).differences.map(
    ({ check, place, recorded, today }) => [check, place, recorded, today],
  )

const isSaleReply = ({ reading }: Entry): boolean => reading['mti'] === '0210' && reading['F39'] === '00'

describe('the kept recordings', () => {
  it.each([
    [DAY, { frames: 375, host: { requests: 15, replies: 14 }, pieces: 15 }],
    [HOST_ANSWERS, { frames: 39, host: { requests: 19, replies: 20 }, pieces: 0 }],
  ])('%s: today reads, answers and prints as it did then', (path, counts) => {
    const report = replayRecording(readRecording(path), { strict: NO_STRICT })
    expect(report.differences).toEqual([])
    expect(report).toMatchObject({ ...counts, sizesOnly: 0, warnings: [], host: { notes: [] } })
  })
})

describe('an altered recording differs where it was altered', () => {
  it('in a field of a reply: read otherwise, and answered otherwise', () => {
    const path = altered(isSaleReply, (entry) =>
      alterFields(entry, (fields) => {
        fields[39] = '05'
      }),
    )
    expect(places(path)).toEqual([
      ['reading', 'F39', '00', '05'],
      ['reply', 'F39', '05', '00'],
    ])
  })

  it('in what was read only: the bytes say otherwise', () => {
    const path = altered(isSaleReply, (entry) => {
      entry.reading['F4'] = '000000009999'
    })
    expect(places(path)).toEqual([['reading', 'F4', '000000009999', expect.stringMatching(/^\d{12}$/)]])
  })

  it('in a TLV object of field 55, by its tag', () => {
    const path = altered(
      ({ reading }) => reading['mti'] === '0320' && reading['F55.9F36'] !== undefined,
      (entry) =>
        alterFields(entry, (fields) => {
          const chip = fields[55]
          if (!(chip instanceof Uint8Array)) throw new Error('no chip data')
          chip.set([0x12, 0x34], Buffer.from(chip).indexOf(Buffer.from('9F3602', 'hex')) + 3)
        }),
    )
    expect(places(path)).toEqual([['reading', 'F55.9F36', expect.stringMatching(/^\d{4}$/), '1234']])
  })

  it('in a volatile field: seen with --strict only, or when its form changes', () => {
    const later = altered(isSaleReply, (entry) =>
      alterFields(entry, (fields) => {
        fields[12] = '235959'
        entry.reading['F12'] = '235959'
      }),
    )
    expect(places(later)).toEqual([])
    const strict = replayRecording(readRecording(later), { strict: parseStrict('12') })
    expect(strict.differences.map(({ place, recorded }) => [place, recorded])).toContainEqual([
      'F12',
      '235959',
    ])
    const gone = altered(isSaleReply, (entry) =>
      alterFields(entry, (fields) => {
        fields[38] = undefined
        delete entry.reading['F38']
      }),
    )
    expect(places(gone)[0]).toEqual(['reply', 'F38', undefined, expect.stringMatching(/^\d{6}$/)])
  })

  it('in a frame of the peripheral link, by member and tag', () => {
    const alterPayload = (entry: Entry, change: (payload: Uint8Array) => void): void => {
      const [item] = new LinkDecoder().push(fromHex(entry.hex))
      if (item?.kind !== 'frame') throw new Error('no frame')
      change(item.frame.payload)
      entry.hex = toHex(encodeFrame(item.frame))
    }
    const digits = altered(
      ({ reading }) => reading['what'] === 'enterPin',
      (entry) =>
        alterPayload(entry, (payload) => {
          payload[1] = 6
        }),
    )
    expect(places(digits)).toEqual([['reading', 'lengthMax', '12', '6']])
    const chip = altered(
      ({ reading }) => reading['data.70.57'] !== undefined,
      (entry) =>
        alterPayload(entry, (payload) => {
          payload[5] = (payload[5] ?? 0) ^ 0x01
        }),
    )
    const [difference] = places(chip)
    expect(places(chip)).toHaveLength(1)
    expect(difference?.[1]).toBe('data.70.57')
    // Track data are not shown, not even those of a test card.
    expect(difference?.[2]).toMatch(/^<\d+ characters> differs at 2$/)
  })

  it('on paper, by row', () => {
    const path = altered(
      ({ hex }) => hex.includes(toHex(Buffer.from('SALES SLIP'))),
      (entry) => {
        entry.hex = entry.hex.replace(toHex(Buffer.from('SALES SLIP')), toHex(Buffer.from('SALES SLAP')))
      },
    )
    const [difference, ...others] = places(path)
    expect(others).toEqual([])
    expect(difference?.slice(0, 2)).toEqual(['paper', 'row 2'])
  })

  it('when a reply is not there', () => {
    const lines = readFileSync(DAY, 'utf8').split('\n')
    const path = join(directory, 'less.jsonl')
    const index = lines.findIndex((line) => line.includes('"mti":"0510"'))
    writeFileSync(path, lines.filter((_, at) => at !== index).join('\n'))
    expect(places(path)).toEqual([['reply', 'message', undefined, 'a reply']])
  })
})

describe('a changed codec', () => {
  it('differs at the field that it reads otherwise', () => {
    const { 4: amount } = UNIONPAY_POS.elements
    if (amount === undefined) throw new Error('no amount')
    const elements = {
      ...UNIONPAY_POS.elements,
      49: { ...amount, length: { kind: 'fixed', size: 4 } as const },
    }
    const recording = readRecording(HOST_ANSWERS)
    const others = replayRecording(recording, {
      strict: NO_STRICT,
      specs: [{ ...UNIONPAY_POS, elements }, ...isoSpecs],
    })
    expect(others.differences.filter(({ check }) => check === 'reading')[0]?.today).toMatch(/does not decode/)
  })
})

describe('files', () => {
  it('names a damaged line; a torn last line is a warning', () => {
    const lines = readFileSync(HOST_ANSWERS, 'utf8').split('\n')
    const path = join(directory, 'damaged.jsonl')
    writeFileSync(path, [...lines.slice(0, 4), '{"kind":"frame"', ...lines.slice(5)].join('\n'))
    expect(() => readRecording(path)).toThrow('line 5 is damaged')
    writeFileSync(path, lines.join('\n').slice(0, -20))
    const torn = readRecording(path)
    expect(torn.warnings).toEqual([expect.stringContaining('was cut off')])
    expect(torn.entries).toHaveLength(lines.length - 3)
  })

  it('the command: exit code 0 without a difference, 1 with, 2 for no recording', async () => {
    const run = (...args: readonly string[]) => runHere('replay', ...args)
    const good = await run(HOST_ANSWERS, '--json')
    expect([good.code, JSON.parse(good.output).differences, good.errors]).toEqual([0, [], ''])
    const changed = altered(isSaleReply, (entry) => {
      entry.reading['F39'] = '51'
    })
    const different = await run(changed, '--lang', 'zh', '--verbose')
    expect(different.code).toBe(1)
    expect(different.output).toMatch(/F39 +应答码 +51 +00/)
    const none = await run(new URL(import.meta.url).pathname)
    expect([none.code, none.output]).toEqual([2, ''])
    expect(none.errors).toMatch(/line 1 is not the header/)
    expect((await run(HOST_ANSWERS, '--strict', '64')).code).toBe(2)
  }, 60_000)
})

describe('a recording file', () => {
  it('leaves no file behind that holds its header alone: its name stays free', () => {
    const path = join(directory, 'nothing.jsonl')
    for (const _ of [1, 2]) {
      const file = new RecordingFile(path, () => {})
      file.append({ kind: 'header' })
      file.close()
    }
    const kept = new RecordingFile(path, () => {})
    kept.append({ kind: 'header' })
    kept.append({ kind: 'open' })
    kept.close()
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3)
  })

  it('ends with one warning when the disk is full, and is whole up to then', () => {
    const path = join(directory, 'full.jsonl')
    const warnings: string[] = []
    let room = 60
    const file = new RecordingFile(
      path,
      (text) => warnings.push(text),
      (descriptor, bytes) => {
        if (room === 0) throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
        const part = bytes.subarray(0, room)
        room -= part.length
        return writeSync(descriptor, part)
      },
    )
    for (let number = 0; number < 10; number++) file.append({ kind: 'entry', number })
    file.close()
    expect(warnings).toEqual([expect.stringMatching(/recording ends here: .*ENOSPC/)])
    expect(file.isOpen).toBe(false)
    expect(readFileSync(path, 'utf8')).toBe('{"kind":"entry","number":0}\n{"kind":"entry","number":1}\n')
  })
})
