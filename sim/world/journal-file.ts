import { GENESIS_LINK, linkOf } from '../../src/terminal/adapters/journal-chain.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import { applyRecord, initialState, type TerminalState } from '../../src/terminal/flows/terminal-state.ts'
import type { RecordStore } from '../../src/terminal/runtime/state-keeper.ts'
import type { AppendOutcome } from '../../src/terminal/runtime/terminal-world.ts'
import { DiskFull, type UnsyncedFate, type VirtualFile } from './virtual-disk.ts'

/** What happens to one append. `powerCut`: nothing is answered any more. */
export type AppendFate =
  | { readonly kind: 'well' }
  | { readonly kind: 'full' }
  | {
      readonly kind: 'powerCut'
      readonly when: 'before' | 'middle' | 'after'
      readonly unsynced: UnsyncedFate
    }

const LINK_SIZE = 64
const HEAD_SIZE = 4 + LINK_SIZE

/** What a terminal finds in its journal when it starts. */
export interface JournalReading {
  readonly state: TerminalState
  readonly link: string
  readonly sequence: number
  /** Bytes that are whole; what follows is torn. */
  readonly wholeSize: number
}

const NOTHING_READ: JournalReading = {
  state: initialState,
  link: GENESIS_LINK,
  sequence: 0,
  wholeSize: 0,
}

/** Reads a journal up to its first torn entry. `before`: what was read already; `bytes` are what follows it. */
export function readJournal(bytes: Uint8Array, before: JournalReading = NOTHING_READ): JournalReading {
  let { state, link, sequence } = before
  let at = 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  while (at + HEAD_SIZE <= bytes.length) {
    const size = view.getUint32(at)
    const end = at + HEAD_SIZE + size
    if (end > bytes.length) break
    const body = bytes.subarray(at + HEAD_SIZE, end)
    const next = linkOf(link, sequence + 1, body)
    if (textAt(bytes, at + 4, at + HEAD_SIZE) !== next) break
    for (const record of JSON.parse(textAt(bytes, at + HEAD_SIZE, end)) as readonly JournalRecord[])
      state = applyRecord(state, record)
    link = next
    sequence++
    at = end
  }
  return { state, link, sequence, wholeSize: before.wholeSize + at }
}

/** UTF-8. */
function textAt(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
}

export interface JournalFileOptions {
  readonly file: VirtualFile
  readonly reading: JournalReading
  /** Asked before each append. */
  readonly fate: () => AppendFate
  readonly powerCut: () => void
  /** Records that are on the disk for good. */
  readonly durable: (records: readonly JournalRecord[]) => void
}

/**
 * The terminal's journal on a virtual disk: one entry for each append, chained as the product's, whole or not there.
 */
export class JournalFile implements RecordStore {
  readonly #options: JournalFileOptions
  #link: string
  #sequence: number

  constructor(options: JournalFileOptions) {
    this.#options = options
    this.#link = options.reading.link
    this.#sequence = options.reading.sequence
  }

  append(records: readonly JournalRecord[], done: (outcome: AppendOutcome) => void): void {
    const { file, powerCut, durable } = this.#options
    const fate = this.#options.fate()
    if (fate.kind === 'powerCut' && fate.when === 'before') {
      powerCut()
      return
    }
    const { bytes, link } = this.#entry(records)
    try {
      if (fate.kind === 'full') throw new DiskFull('no room on the disk')
      file.append(bytes)
    } catch (error) {
      if (!(error instanceof DiskFull)) throw error
      done({ kind: 'failed', reason: 'the disk is full' })
      return
    }
    if (fate.kind === 'powerCut' && fate.when === 'middle') {
      file.cutPower(fate.unsynced)
      // Nobody was told, but they are there.
      if (fate.unsynced.kind === 'kept') durable(records)
      powerCut()
      return
    }
    file.sync()
    this.#link = link
    this.#sequence++
    durable(records)
    if (fate.kind === 'powerCut') powerCut()
    else done({ kind: 'durable' })
  }

  #entry(records: readonly JournalRecord[]): { readonly bytes: Uint8Array; readonly link: string } {
    // One chain entry for all records of an append makes them durable together.
    const body = Buffer.from(JSON.stringify(records), 'utf8')
    const link = linkOf(this.#link, this.#sequence + 1, body)
    const bytes = new Uint8Array(HEAD_SIZE + body.length)
    new DataView(bytes.buffer).setUint32(0, body.length)
    bytes.set(Buffer.from(link, 'latin1'), 4)
    bytes.set(body, HEAD_SIZE)
    return { bytes, link }
  }
}
