import { fromHex, toHex } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import {
  checkPackageHead,
  checkPackageOrder,
  PACKAGE_SIZE_MAX,
  type PackageFault,
  type PackageHead,
  packageContent,
  packageHeadSize,
  parsePackageHead,
  wrongBlock,
} from '../../base/software-package.ts'
import {
  formatSoftwareRequest,
  parseSoftwareReply,
  type SoftwareReply,
  type SoftwareRequest,
} from '../../iso8583/subfields/software-transfer.ts'
import { ask } from './download.ts'
import { append, type Flow, readSlot, storeChunk } from './effect.ts'
import type { PackagePort } from './package-content.ts'
import { type InstalledPackage, runningVersion, type TerminalPackages } from './package-model.ts'
import { showMessage } from './show.ts'
import { ended, refuse, type Step } from './step.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'

/** A block that comes wrong this often in one go is left for the next. */
const REWINDS_MAX = 2
const HEAD_PROBE_SIZE = 8

type Staged = NonNullable<TerminalPackages['staged']>

/**
 * Fetches the package that the host has for this terminal, going on at the last durable chunk of an earlier try, and checks
 * it. It is in force from the next start; until then, and whenever anything is wrong with it, nothing changes.
 * Source: unionpay-pos, 4 (364, 365); the body is ours: docs/downloads.md.
 */
export function* loadPackage(context: TerminalContext): Flow<CommandOutcome> {
  const { packages: port } = context
  if (port === undefined || activeProfile(context).packageKeys.length === 0)
    return yield* refuse('notEnabled')
  const active = context.state.packages?.active
  if (active !== undefined && !active.isConfirmed) {
    // Its fallback stands in the other slot.
    yield* showMessage('packageOnTrial', { version: active.version })
    return { kind: 'done' }
  }
  const told = yield* tellIfOwed(context)
  if (told !== undefined) return told
  const version = runningVersion(context.state.packages)
  const answer = yield* talk(context, { kind: 'question', version })
  if (!answer.ok) return answer.outcome
  if (answer.value.kind === 'data') return malformed()
  if (answer.value.kind === 'nothing') {
    yield* showMessage('packageNone', { version })
    return { kind: 'done' }
  }
  return yield* takeOffer(context, port, toHex(answer.value.id), answer.value.size)
}

function* takeOffer(
  context: TerminalContext,
  port: PackagePort,
  id: string,
  size: number,
): Flow<CommandOutcome> {
  const { packages } = context.state
  if (packages?.rejected.includes(id) === true) return yield* tell(context, id, false, 'rejected')
  const known = [packages?.ready, packages?.active].find((each) => each?.id === id)
  if (known !== undefined) return yield* tell(context, id, true, known.version)
  if (size > PACKAGE_SIZE_MAX * 2) return yield* reject(context, id, 'format')
  if (packages?.staged?.id !== id || packages.staged.size !== size) {
    const slot = packages?.active?.slot === 'A' ? 'B' : 'A'
    yield* append({ kind: 'packageBegun', slot, id, size })
  }
  const fetched = yield* fetchChunks(context, port)
  if (!fetched.ok) return fetched.outcome
  return yield* conclude(context, port)
}

/** Chunk by chunk: each one is in its slot, then in the journal, before the next is asked for. */
function* fetchChunks(context: TerminalContext, port: PackagePort): Flow<Step<undefined>> {
  let head: PackageHead | undefined
  for (let rewinds = 0; rewinds <= REWINDS_MAX; ) {
    const staged = stagedOf(context)
    if (head === undefined && staged.received > 0) {
      const read = yield* readHead(context, port, staged)
      if (!read.ok) return read
      head = read.value
    }
    if (staged.received >= staged.size) return { ok: true, value: undefined }
    const chunk = yield* fetchChunk(context, staged)
    if (!chunk.ok) return chunk
    const isRight = yield* noteChunk(port, head, staged, staged.received + chunk.value.length)
    if (!isRight) rewinds++
  }
  return ended(malformed())
}

/** Makes the progress durable; a block that the line damaged is begun again. */
function* noteChunk(
  port: PackagePort,
  head: PackageHead | undefined,
  staged: Staged,
  received: number,
): Flow<boolean> {
  const wrong = head === undefined ? undefined : yield* wrongSince(port, head, staged, received)
  if (head === undefined || wrong === undefined) {
    yield* append({ kind: 'packageReceived', size: received })
    yield* showMessage('packageLoading', { percent: Math.floor((received * 100) / staged.size) })
    return true
  }
  yield* append({ kind: 'packageReceived', size: head.size + wrong * head.manifest.blockSize })
  return false
}

function* fetchChunk(context: TerminalContext, staged: Staged): Flow<Step<Uint8Array>> {
  const { slot, id, size, received: offset } = staged
  const wanted = Math.min(activeProfile(context).packageChunkSize, size - offset)
  const answer = yield* talk(context, { kind: 'chunk', id: fromHex(id), offset, size: wanted })
  if (!answer.ok) return answer
  const { value } = answer
  // Withdrawn meanwhile: what there is of it waits for the next offer.
  if (value.kind !== 'data' || value.offset !== offset || value.data.length > wanted)
    return ended(malformed())
  const stored = yield* storeChunk(slot, offset, value.data)
  if (stored.kind === 'failed') return ended(yield* storageFailed())
  return { ok: true, value: value.data }
}

/** The beginning, once all of it is here: what it says decides whether the rest is worth its bytes. */
function* readHead(
  context: TerminalContext,
  port: PackagePort,
  { slot, id, received }: Staged,
): Flow<Step<PackageHead | undefined>> {
  if (received < HEAD_PROBE_SIZE) return { ok: true, value: undefined }
  const probe = yield* readSlot(slot, 0, HEAD_PROBE_SIZE)
  if (probe.kind === 'failed') return ended(yield* storageFailed())
  const size = packageHeadSize(probe.bytes)
  if (size === undefined) return ended(yield* reject(context, id, 'format'))
  if (received < size) return { ok: true, value: undefined }
  const read = yield* readSlot(slot, 0, size)
  if (read.kind === 'failed') return ended(yield* storageFailed())
  const head = parsePackageHead(read.bytes)
  if (!head.ok) return ended(yield* reject(context, id, head.error))
  const fault = headFault(context, port, head.value)
  if (fault === undefined) return { ok: true, value: head.value }
  const isSigned = fault !== 'untrusted' && fault !== 'signature'
  return ended(yield* reject(context, id, fault, isSigned ? head.value.manifest.version : undefined))
}

function headFault(context: TerminalContext, port: PackagePort, head: PackageHead): PackageFault | undefined {
  const { packageKeys, terminalType } = activeProfile(context)
  const version = runningVersion(context.state.packages)
  return (
    checkPackageHead(head, packageKeys, port) ?? checkPackageOrder(head.manifest, { version, terminalType })
  )
}

/** The first block that the last chunk completed and that is wrong. */
function* wrongSince(
  { sha256 }: PackagePort,
  { manifest, size: start }: PackageHead,
  { slot, received: before }: Staged,
  received: number,
): Flow<number | undefined> {
  const { blockSize } = manifest
  const first = Math.max(0, Math.floor((before - start) / blockSize))
  const from = start + first * blockSize
  const isComplete = received >= Math.min(from + blockSize, start + manifest.size)
  if (!isComplete) return undefined
  const read = yield* readSlot(slot, from, received - from)
  if (read.kind === 'failed') return first
  const tail = { ...manifest, blocks: manifest.blocks.slice(first), size: manifest.size - first * blockSize }
  const wrong = wrongBlock(tail, read.bytes, sha256)
  return wrong === undefined ? undefined : first + wrong
}

/** All of it is here: the last check is over the whole file, as it will be loaded. */
function* conclude(context: TerminalContext, port: PackagePort): Flow<CommandOutcome> {
  const { slot, id, size } = stagedOf(context)
  const { packageKeys } = activeProfile(context)
  const read = yield* readSlot(slot, 0, size)
  if (read.kind === 'failed') return yield* storageFailed()
  const parsed = packageContent(read.bytes, packageKeys, port)
  if (!parsed.ok) return yield* reject(context, id, parsed.error)
  const { manifest, content } = parsed.value
  if (toHex(port.sha256(read.bytes)) !== id) return yield* reject(context, id, 'hash', manifest.version)
  if (port.decode(content) === undefined) return yield* reject(context, id, 'content', manifest.version)
  const { name, version } = manifest
  const installed: InstalledPackage = { slot, id, name, version, size }
  yield* append({ kind: 'packageVerified', installed })
  return (yield* tellIfOwed(context)) ?? { kind: 'done' }
}

function* tellIfOwed(context: TerminalContext): Flow<CommandOutcome | undefined> {
  const ready = context.state.packages?.ready
  if (ready === undefined || ready.isTold) return undefined
  const outcome = yield* tell(context, ready.id, true, ready.version)
  if (outcome.kind !== 'done') return outcome
  yield* append({ kind: 'packageTold' })
  yield* showMessage('packageReady', { version: ready.version })
  return outcome
}

function* reject(
  context: TerminalContext,
  id: string,
  fault: PackageFault,
  version?: string,
): Flow<CommandOutcome> {
  yield* append({ kind: 'packageRefused', ...(version === undefined ? {} : { version }) })
  yield* showMessage(`package.${fault}`)
  yield* tell(context, id, false, fault)
  return { kind: 'failed', reason: 'packageRefused', detail: fault }
}

function* tell(context: TerminalContext, id: string, isTaken: boolean, detail: string): Flow<CommandOutcome> {
  const body = formatSoftwareRequest({ kind: 'result', id: fromHex(id), isTaken, detail })
  const answer = yield* ask(context, '0800', '365', body)
  return answer.ok ? { kind: 'done' } : answer.outcome
}

function* talk(context: TerminalContext, request: SoftwareRequest): Flow<Step<SoftwareReply>> {
  const answer = yield* ask(context, '0800', '364', formatSoftwareRequest(request))
  if (!answer.ok) return answer
  const reply = parseSoftwareReply(answer.value)
  return reply === undefined ? ended(malformed()) : { ok: true, value: reply }
}

function* storageFailed(): Flow<CommandOutcome> {
  yield* showMessage('packageNotStored')
  return { kind: 'failed', reason: 'storage' }
}

function malformed(): CommandOutcome {
  return { kind: 'failed', reason: 'malformedReply', detail: 'software' }
}

function stagedOf({ state }: TerminalContext): Staged {
  const staged = state.packages?.staged
  invariant(staged !== undefined, 'no package is under way')
  return staged
}
