import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { isHex } from '../../base/bytes.ts'
import {
  RECORDING_FORMAT,
  RECORDING_VERSION,
  type RecordingEntry,
  type RecordingHeader,
} from '../../recording/recording-entry.ts'
import { UsageFailure } from '../failure.ts'

export type NumberedEntry = RecordingEntry & {
  /** In the file, from 1. */
  readonly lineNumber: number
}

export interface Recording {
  readonly header: RecordingHeader
  readonly entries: readonly NumberedEntry[]
  readonly warnings: readonly string[]
}

const lineName = z.enum(['host', 'reader', 'pinpad', 'reader+pinpad', 'printer'])
const moment = { ms: z.number().nonnegative(), at: z.string() }
const place = { ...moment, line: lineName, connection: z.int().positive() }
const towards = z.enum(['terminal', 'host', 'device'])

const header = z.object({
  kind: z.literal('header'),
  format: z.literal(RECORDING_FORMAT),
  version: z.literal(RECORDING_VERSION),
  program: z.enum(['terminal', 'host', 'board', 'up']),
  release: z.string(),
  startedAt: z.iso.datetime(),
  utcOffsetMinutes: z.int(),
  ports: z.array(z.object({ dialect: z.string(), prefix: z.string(), envelope: z.string() })),
  printerWidthDots: z.int().positive(),
  testBehaviour: z.boolean().exactOptional(),
  masking: z.string(),
})

const bytes = {
  ...place,
  to: towards,
  hex: z.string().refine(isHex, 'is not hexadecimal'),
  reading: z.record(z.string(), z.string()),
  masked: z.array(z.string()).exactOptional(),
  canonical: z.literal(false).exactOptional(),
}

const account = z.object({
  expiry: z.string(),
  status: z.string(),
  hasChip: z.boolean(),
  hasPin: z.boolean(),
  pinTriesMax: z.int(),
  currency: z.string(),
  limits: z.record(z.string(), z.number()),
  testBehaviour: z.string().exactOptional(),
  state: z.record(z.string(), z.union([z.string(), z.number()])),
})

const terminalRow = z.object({
  mid: z.string(),
  merchantStatus: z.string(),
  currency: z.string(),
  categoryCode: z.string(),
  status: z.string(),
  macAlgorithm: z.string(),
  macRequired: z.boolean(),
  signInRequired: z.boolean(),
  workingKeys: z.string(),
  hasMasterKey: z.boolean(),
  signedIn: z.boolean(),
  batchNumber: z.int(),
  processingRequest: z.int(),
  transactionsBefore: z.int(),
})

const entry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open'), ...place, dialect: z.string().exactOptional() }),
  z.object({ kind: z.literal('close'), ...place, by: towards }),
  z.object({ kind: z.literal('frame'), ...bytes }),
  z.object({ kind: z.literal('bytes'), ...bytes }),
  z.object({ kind: z.literal('size'), ...place, to: towards, size: z.int(), reason: z.string() }),
  z.object({
    kind: z.literal('paper'),
    ...moment,
    connection: z.int().positive(),
    text: z.array(z.string()),
  }),
  z.object({ kind: z.literal('card'), ...moment, pan: z.string(), account: account.exactOptional() }),
  z.object({ kind: z.literal('terminal'), ...moment, tid: z.string(), row: terminalRow.exactOptional() }),
])

/**
 * Reads a recording. A last line without its end was cut off by a crash and is left out, with a warning.
 *
 * @throws {UsageFailure} when the file is no recording, or names the line that is damaged.
 */
export function readRecording(path: string): Recording {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new UsageFailure(`${path} can not be read: give a file that --record has made`)
  }
  const lines = text.split('\n')
  const torn = lines.pop() ?? ''
  const [first, ...rest] = lines
  const head = first === undefined ? undefined : header.safeParse(parseJson(first))
  if (head === undefined || !head.success)
    throw new UsageFailure(
      `${path}: line 1 is not the header of a recording of version ${RECORDING_VERSION}; give a file that --record has made`,
    )
  const warnings =
    torn === '' ? [] : [`line ${lines.length + 1} was cut off when the recording ended; it is left out`]
  const entries = rest.map((line, index) => readEntry(path, line, index + 2))
  return { header: head.data, entries, warnings }
}

function readEntry(path: string, line: string, lineNumber: number): NumberedEntry {
  const parsed = entry.safeParse(parseJson(line))
  if (parsed.success) return { ...parsed.data, lineNumber }
  const issue = parsed.error.issues[0]
  const at = issue?.path.join('.') || 'the line'
  throw new UsageFailure(
    `${path}: line ${lineNumber} is damaged (${at}: ${issue?.message ?? 'no entry of a recording'})`,
  )
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
