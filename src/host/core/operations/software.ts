import { fromHex, toHex } from '../../../base/bytes.ts'
import { parseSoftwareStatus, type SoftwareState } from '../../../iso8583/subfields/software-status.ts'
import {
  formatSoftwareReply,
  parseSoftwareRequest,
  type SoftwareReply,
  type SoftwareRequest,
} from '../../../iso8583/subfields/software-transfer.ts'
import { accept, type Decision, deny } from '../decision.ts'
import type { HostContext } from '../host-context.ts'
import type { HostRequest } from '../host-request.ts'
import type { TerminalRow, TerminalSetup, TerminalSoftware } from '../records.ts'
import { refuse } from '../refusal.ts'
import type { SoftwareSource } from '../software-source.ts'
import { JOBS, withoutJob } from '../terminal-jobs.ts'
import type { WorkingSet } from '../working-set.ts'

/** Field 62 has 512 bytes at most. */
const CHUNK_SIZE_MAX = 480
const DELIVERED: TerminalSoftware = { running: '0.0.0', state: 'active', atMs: 0 }

/** 0800/364 and 0800/365: a package in chunks, and what came of it. The body is ours: docs/downloads.md. */
export function software(
  context: HostContext,
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Decision {
  const id = context.numbers.take()
  const source = context.catalogue?.software
  const asked = parseSoftwareRequest(request.multiUse ?? new Uint8Array(0))
  if (asked === undefined)
    return deny(terminal, id, refuse('30', 'field 62 is no request for a software package', 62))
  const atMs = request.inbound.receivedAt.ms
  const say = (row: TerminalRow, reply: SoftwareReply): Decision =>
    accept(row, id, { multiUse: formatSoftwareReply(reply) })
  switch (asked.kind) {
    case 'question': {
      const offer = source?.offer(terminal, asked.version)
      if (offer === undefined) {
        const idle = done(noted(terminal, { running: asked.version, atMs }))
        return say(kept(work, idle), { kind: 'nothing' })
      }
      const offered = noted(terminal, { ...sameOffer(terminal, offer), running: asked.version, atMs })
      return say(kept(work, offered), { kind: 'offer', id: fromHex(offer.id), size: offer.size })
    }
    case 'chunk':
      return say(...chunk(source, work, terminal, asked, atMs))
    case 'result': {
      const state = asked.isTaken ? 'loaded' : 'refused'
      const { reason: _, ...before } = terminal.setup?.software ?? DELIVERED
      const reason = asked.isTaken ? {} : { reason: asked.detail }
      const told = { ...before, packageId: toHex(asked.id), state, atMs, ...reason } as const
      const row = kept(work, done(withSoftware(terminal, told)))
      source?.heard(row)
      return accept(row, id)
    }
  }
}

function chunk(
  source: SoftwareSource | undefined,
  work: WorkingSet,
  terminal: TerminalRow,
  asked: Extract<SoftwareRequest, { kind: 'chunk' }>,
  atMs: number,
): [TerminalRow, SoftwareReply] {
  const packageId = toHex(asked.id)
  const { offset } = asked
  const data = source?.chunk(terminal, packageId, offset, Math.min(asked.size, CHUNK_SIZE_MAX))
  if (data === undefined || data.length === 0) return [kept(work, done(terminal)), { kind: 'nothing' }]
  const { size = 0 } = terminal.setup?.software ?? DELIVERED
  const percent = size === 0 ? 0 : Math.min(100, Math.floor(((offset + data.length) * 100) / size))
  // Not each chunk is worth a row.
  const before = terminal.setup?.software
  const isNews = before?.state !== 'loading' || before.percent !== percent
  const row = isNews ? kept(work, noted(terminal, { packageId, state: 'loading', percent, atMs })) : terminal
  return [row, { kind: 'data', offset, data }]
}

/** A terminal that goes on where it was keeps its progress. */
function sameOffer(
  { setup }: TerminalRow,
  { id, version, size }: { readonly id: string; readonly version: string; readonly size: number },
): Partial<TerminalSoftware> {
  const before = setup?.software
  if (before?.packageId === id && before.state === 'loading') return before
  return { packageId: id, version, size, state: 'offered', percent: 0 }
}

const STATES: Readonly<Record<SoftwareState, TerminalSoftware['state']>> = {
  active: 'active',
  trial: 'trial',
  rolledBack: 'rolledBack',
  refused: 'refused',
  waiting: 'loaded',
}

/** What a status upload says of the software, if it does. */
export function softwareOfStatus(terminal: TerminalRow, text: string, atMs: number): TerminalRow {
  const status = parseSoftwareStatus(text)
  if (status === undefined) return terminal
  const before = terminal.setup?.software ?? DELIVERED
  // It tells of an earlier package while another one is on its way.
  const isOther = before.version !== undefined && before.version !== status.about
  const isUnderWay = before.state === 'offered' || before.state === 'loading'
  if (isOther && isUnderWay) return noted(terminal, { running: status.version, atMs })
  return noted(terminal, {
    running: status.version,
    version: status.about,
    state: STATES[status.state],
    atMs,
  })
}

function noted(terminal: TerminalRow, news: Partial<TerminalSoftware>): TerminalRow {
  return withSoftware(terminal, { ...DELIVERED, ...terminal.setup?.software, ...news })
}

function withSoftware(terminal: TerminalRow, told: TerminalSoftware): TerminalRow {
  const setup: TerminalSetup = terminal.setup ?? { sets: {}, jobs: [] }
  return { ...terminal, setup: { ...setup, software: told } }
}

function done(terminal: TerminalRow): TerminalRow {
  return { ...terminal, ...withoutJob(terminal, JOBS.software) }
}

function kept(work: WorkingSet, row: TerminalRow): TerminalRow {
  work.putTerminal(row)
  return row
}
