import { fromHex } from '../../base/bytes.ts'
import { envelopeKindOf, PORT_DIALECTS } from '../../host/gateway/gateway-options.ts'
import { type Codec, compileSpec } from '../../iso8583/compile.ts'
import type { EnvelopeKind } from '../../iso8583/framing/envelope.ts'
import { LENGTH_PREFIXES } from '../../iso8583/framing/length-prefix.ts'
import type { MessageSpec } from '../../iso8583/spec.ts'
import { UsageFailure } from '../failure.ts'
import { BUILT_IN_SPECS } from '../message/dialects.ts'
import { PaperWatch } from '../recording/paper-watch.ts'
import { checkHostFrame, checkLinkFrame, type NumberedBytes, type ReplayPort } from './check-bytes.ts'
import type { StrictPlaces } from './compare-replies.ts'
import { type Difference, difference } from './difference.ts'
import type { NumberedEntry, Recording } from './read-recording.ts'
import { type ConversationResult, ReplayConversation } from './replay-conversation.ts'

export interface ReplayReport {
  /** Frames that were decoded and written again. */
  readonly frames: number
  /** Chunks for and from printers. */
  readonly chunks: number
  /** Entries of which the recording has the size alone. */
  readonly sizesOnly: number
  readonly pieces: number
  /** Undefined: the recording does not know the host's records. */
  readonly host: Omit<ConversationResult, 'differences'> | undefined
  readonly differences: readonly Difference[]
  readonly warnings: readonly string[]
}

export interface ReplayOptions {
  readonly strict: StrictPlaces
  /** Dialects with other tables than today's, for tests of the replay itself. */
  readonly specs?: readonly MessageSpec[]
}

/** Checks today's code against a recording: its codecs, its host and its printer. */
export function replayRecording(
  recording: Recording,
  { strict, specs = BUILT_IN_SPECS }: ReplayOptions,
): ReplayReport {
  const { header, entries, warnings } = recording
  const ports = portsOf(recording, specs)
  const dialects = new Map<number, string>()
  const differences: Difference[] = []
  let frames = 0
  for (const entry of entries) {
    if (entry.kind === 'open') dialects.set(entry.connection, entry.dialect ?? '')
    if (entry.kind !== 'frame') continue
    frames++
    if (entry.line !== 'host') differences.push(...checkLinkFrame(entry))
    else differences.push(...checkHostFrame(entry, portOf(ports, dialects, entry)))
  }
  const paper = checkPaper(entries, header.printerWidthDots)
  const knowsHost = entries.some(({ kind }) => kind === 'terminal')
  const host = knowsHost ? new ReplayConversation(recording, ports, strict).run() : undefined
  return {
    frames,
    chunks: entries.filter(({ kind }) => kind === 'bytes').length,
    sizesOnly: entries.filter(({ kind }) => kind === 'size').length,
    pieces: paper.pieces,
    host: host && { requests: host.requests, replies: host.replies, notes: host.notes },
    differences: [...differences, ...(host?.differences ?? []), ...paper.differences].sort(
      (left, right) => left.lineNumber - right.lineNumber,
    ),
    warnings,
  }
}

function portOf(
  ports: ReadonlyMap<string, ReplayPort>,
  dialects: ReadonlyMap<number, string>,
  { connection, lineNumber }: NumberedBytes,
): ReplayPort {
  const port = ports.get(dialects.get(connection) ?? '')
  if (port === undefined)
    throw new UsageFailure(`line ${lineNumber} is damaged: its connection was not opened on a known port`)
  return port
}

const ENVELOPES: readonly EnvelopeKind[] = ['tpduAndHeader', 'tpdu', 'none']

function portsOf({ header }: Recording, specs: readonly MessageSpec[]): ReadonlyMap<string, ReplayPort> {
  const codecs = new Map<string, Codec>()
  const codec = (id: string): Codec => {
    const known = codecs.get(id)
    const spec = specs.find((each) => each.id === id)
    if (known !== undefined) return known
    if (spec === undefined) throw new UsageFailure(`this release has no dialect ${id}`)
    const compiled = compileSpec(spec)
    codecs.set(id, compiled)
    return compiled
  }
  const ports = new Map<string, ReplayPort>()
  for (const port of header.ports) {
    const dialect = PORT_DIALECTS.find((each) => each === port.dialect)
    if (dialect === undefined) continue
    const prefix = LENGTH_PREFIXES.find((each) => each === port.prefix)
    const envelope = ENVELOPES.find((each) => each === port.envelope) ?? envelopeKindOf(dialect)
    if (prefix === undefined)
      throw new UsageFailure(`line 1 is damaged: no length is written as ${port.prefix}`)
    ports.set(dialect, { dialect, prefix, envelope, codec })
  }
  return ports
}

/** Whether today's printer makes the recorded text of the recorded bytes. */
function checkPaper(
  entries: readonly NumberedEntry[],
  widthDots: number,
): { readonly pieces: number; readonly differences: readonly Difference[] } {
  const watches = new Map<number, PaperWatch>()
  const printed = new Map<number, (readonly string[])[]>()
  const differences: Difference[] = []
  let pieces = 0
  for (const entry of entries) {
    if (entry.kind === 'bytes' && entry.to === 'device') {
      const { connection } = entry
      const watch = watches.get(connection) ?? new PaperWatch(widthDots)
      watches.set(connection, watch)
      printed.set(connection, [...(printed.get(connection) ?? []), ...watch.push(fromHex(entry.hex))])
    }
    if (entry.kind !== 'paper') continue
    pieces++
    const today = printed.get(entry.connection)?.shift()
    differences.push(...comparePaper(entry.lineNumber, entry.text, today))
  }
  return { pieces, differences }
}

function comparePaper(
  lineNumber: number,
  recorded: readonly string[],
  today: readonly string[] | undefined,
): readonly Difference[] {
  const subject = { lineNumber, line: 'printer', check: 'paper', what: 'paper' } as const
  if (today === undefined) return [difference(subject, 'text', 'a piece of paper', undefined, undefined)]
  const count = Math.max(recorded.length, today.length)
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => recorded[index] !== today[index])
    .map((index) => ({
      ...difference(subject, 'text', recorded[index]?.trim(), today[index]?.trim(), undefined),
      place: `row ${index + 1}`,
    }))
}
