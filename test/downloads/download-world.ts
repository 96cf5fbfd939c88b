import { createHash } from 'node:crypto'
import { fromHex } from '../../src/base/bytes.ts'
import { HostCore } from '../../src/host/core/host-core.ts'
import type { TerminalRow } from '../../src/host/core/records.ts'
import { NO_ROWS, type StoreRows } from '../../src/host/core/store-port.ts'
import { Catalogue } from '../../src/host/estate/catalogue.ts'
import type { CatalogueContents } from '../../src/host/estate/catalogue-content.ts'
import { CatalogueDesk } from '../../src/host/estate/catalogue-desk.ts'
import { UNIONPAY_PROFILE } from '../../src/host/estate/estate.ts'
import { newTerminal } from '../../src/host/estate/new-terminal.ts'
import { RateBook } from '../../src/host/estate/rate-book.ts'
import { MemoryStore } from '../../src/host/store/memory-store.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { parseEnvelope } from '../../src/iso8583/framing/envelope.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import type { Effect, Flow } from '../../src/terminal/flows/effect.ts'
import type { JournalRecord } from '../../src/terminal/flows/journal-record.ts'
import { performCommand } from '../../src/terminal/flows/main-flow.ts'
import type { PackagePort } from '../../src/terminal/flows/package-content.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import type { TerminalContext } from '../../src/terminal/flows/terminal-context.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import { applyRecord, initialState, type TerminalState } from '../../src/terminal/flows/terminal-state.ts'
import type { PackageSlots } from '../../src/terminal/runtime/terminal-world.ts'
import { ClearSecurityModule } from '../host/core/clear-security-module.ts'
import { RECEIVED_AT } from '../host/core/test-host.ts'

/** The power went. */
export class PowerCut extends Error {}

/** Keys of no authority: enough of them for several pages of a list. */
export const CA_KEYS = Array.from({ length: 40 }, (_, index) => ({
  rid: fromHex('A000000333'),
  index: index + 1,
  modulus: Uint8Array.from({ length: 96 }, (_, at) => (at * 7 + index + 129) & 0xff),
  exponent: fromHex('03'),
}))

const codec = compileSpec(UNIONPAY_POS)
const MERCHANT = {
  mid: DEFAULT_PROFILE.merchantId,
  name: '铁线咖啡馆',
  currency: '156',
  categoryCode: '5812',
  status: 'active',
} as const

export const OTHER_PREFIXES = Array.from({ length: 40 }, (_, index) => `6225${index + 10}`)
export const OTHER_APPLICATION_COUNT = 3
export const OTHER_RATES_COUNT = 60

/** The real host core with a catalogue, for any number of terminals. */
export class DownloadHost {
  readonly store = new MemoryStore()
  readonly catalogue = new Catalogue(CA_KEYS, new RateBook(undefined))
  readonly desk: CatalogueDesk
  /** Whether terminals are asked to load what is changed. */
  asksTerminals = false
  readonly #core: HostCore
  /** Field 62 of a reply, changed on its way. */
  spoil: (field62: Uint8Array) => Uint8Array = (bytes) => bytes
  requests = 0

  constructor(terminalIds: readonly string[] = [DEFAULT_PROFILE.terminalId]) {
    const { store, catalogue } = this
    const estate = {
      changeTerminals: (change: (row: TerminalRow) => TerminalRow, more: Partial<StoreRows> = {}): number => {
        const terminals = store.listTerminals().map((row) => (this.asksTerminals ? change(row) : row))
        store.commit({ ...NO_ROWS, ...more, terminals })
        return terminals.length
      },
    }
    this.desk = new CatalogueDesk({ store, estate, catalogue, nowMs: () => RECEIVED_AT.ms })
    this.#core = new HostCore({
      security: new ClearSecurityModule(),
      testBehaviour: false,
      acquirer: { institution: '48520000' },
      catalogue: this.catalogue,
    })
    const terminals = terminalIds.map((tid) =>
      newTerminal({ tid, mid: MERCHANT.mid, profile: UNIONPAY_PROFILE }),
    )
    this.store.commit({ ...NO_ROWS, merchants: [MERCHANT], terminals })
  }

  terminal(tid = DEFAULT_PROFILE.terminalId): TerminalRow {
    const row = this.store.listTerminals().find((each) => each.tid === tid)
    if (row === undefined) throw new Error(`no terminal ${tid}`)
    return row
  }

  /** So many rates and ranges of cards, behind their head. */
  setRates(count: number): void {
    const { version, ...content } = this.catalogue.rateBook.current()
    const ranges = Array.from({ length: count - content.rates.length }, (_, index) => ({
      prefix: `4${String(100_000 + index)}`,
      currency: '840',
    }))
    this.catalogue.rateBook.change(version, { ...content, ranges })
  }

  /** Somebody changes members of a set, for all or for whom `scope` names. */
  save<Set extends keyof CatalogueContents>(
    set: Set,
    content: Partial<CatalogueContents[Set]>,
    scope = '',
  ): void {
    const { version, content: before } = this.desk.now(set, scope)
    this.desk.save('anna', { set, scope, version, content: { ...before, ...content } })
  }

  /** Somebody puts other content in the place of a set. */
  changeContent(set: 'blacklist' | 'applications' | 'rates'): void {
    if (set === 'rates') {
      this.setRates(OTHER_RATES_COUNT - 1)
      return
    }
    const { list } = this.desk.now('applications').content as CatalogueContents['applications']
    if (set === 'blacklist') this.save(set, { prefixes: OTHER_PREFIXES })
    else this.save(set, { list: list.slice(0, OTHER_APPLICATION_COUNT) })
  }

  change(row: TerminalRow): void {
    this.store.commit({ ...NO_ROWS, terminals: [row] })
  }

  /** The reply to a frame; undefined for none. */
  answer(frame: Uint8Array): Uint8Array | undefined {
    this.requests++
    const parsed = parseEnvelope(frame, 'tpduAndHeader')
    if (parsed === undefined) throw new Error('a frame without an envelope')
    const { envelope, start } = parsed
    const inbound = { dialect: 'unionpay-pos', envelope, bytes: frame, start, end: frame.length } as const
    const [outcome] = this.#core.process([{ ...inbound, receivedAt: RECEIVED_AT }], this.store)
    const reply = outcome?.reply
    return reply === undefined ? undefined : this.#spoiled(reply)
  }

  #spoiled(reply: Uint8Array): Uint8Array {
    const decoded = codec.decode(reply, 11)
    if (!decoded.ok) throw new Error('a reply that is none')
    const field62 = decoded.value.fields[62]
    if (!(field62 instanceof Uint8Array)) return reply
    const encoded = codec.encode({
      ...decoded.value,
      fields: { ...decoded.value.fields, 62: this.spoil(field62) },
    })
    if (!encoded.ok) throw new Error(encoded.error.kind)
    return Uint8Array.from([...reply.subarray(0, 11), ...encoded.value])
  }
}

/** A terminal as far as a download goes: what is durable outlives a power cut. */
export class DownloadTerminal {
  records: JournalRecord[] = [{ kind: 'commissioned', profileChanges: {} }]
  state: TerminalState = applyRecord(initialState, this.records[0] as JournalRecord)
  readonly shown: string[] = []
  printer: 'ready' | 'missing' = 'missing'
  /** Effects until the power goes, and whether the last one was still done. */
  cut: { readonly at: number; readonly isDone: boolean } | undefined
  effects = 0
  /** Where packages are kept; what is in them outlives a power cut. */
  slots: (PackageSlots & PackagePort) | undefined
  readonly #host: DownloadHost
  readonly #profile: TerminalProfile
  #incoming: Uint8Array | undefined

  constructor(host: DownloadHost, profile: Partial<TerminalProfile> = {}) {
    this.#host = host
    this.#profile = { ...DEFAULT_PROFILE, conversionOffers: true, ...profile }
  }

  get context(): TerminalContext {
    const terminal = this
    return {
      profile: this.#profile,
      codec,
      chip: { sha1: (data) => createHash('sha1').update(data).digest(), caKeys: [] },
      decodeText: (bytes) => new TextDecoder('gb18030').decode(bytes),
      softwareVersion: '1.2.3',
      ...(terminal.slots === undefined ? {} : { packages: terminal.slots }),
      get state() {
        return terminal.state
      },
    }
  }

  /** @throws {PowerCut} */
  run(command: TerminalCommand): CommandOutcome {
    return this.perform(performCommand(this.context, command))
  }

  /** @throws {PowerCut} */
  perform<T>(flow: Flow<T>): T {
    this.effects = 0
    let next = flow.next()
    while (next.done !== true) {
      const isLast = this.cut !== undefined && this.effects === this.cut.at
      if (isLast && this.cut?.isDone === false) throw new PowerCut()
      const answer = this.#perform(next.value)
      this.effects++
      if (isLast) throw new PowerCut()
      next = flow.next(answer)
    }
    return next.value
  }

  #perform(effect: Effect): unknown {
    switch (effect.kind) {
      case 'append':
        for (const record of effect.records) {
          // What is stored is what JSON keeps of it.
          const kept = JSON.parse(JSON.stringify(record)) as JournalRecord
          this.records.push(kept)
          this.state = applyRecord(this.state, kept)
        }
        return undefined
      case 'send':
        this.#incoming = this.#host.answer(effect.frame)
        return { kind: 'sent' }
      case 'receive': {
        const frame = this.#incoming
        this.#incoming = undefined
        return frame === undefined ? { kind: 'timeout' } : { kind: 'frame', frame }
      }
      case 'now':
        return { localTime: RECEIVED_AT.localTime, monotonicMs: 0 }
      case 'display':
        this.shown.push(effect.screen.id)
        return undefined
      case 'deviceReport':
        return {
          kind: 'devices',
          devices: [
            { device: 'pinPad', state: 'ready', identity: 'pad', detail: '' },
            { device: 'cardReader', state: 'ready', identity: 'reader', detail: '' },
            { device: 'printer', state: this.printer, detail: '' },
          ],
        }
      case 'disconnect':
        return undefined
      case 'storeChunk':
      case 'readSlot':
      case 'loadSlot': {
        let answer: unknown
        this.slots?.perform(effect, (given) => {
          answer = given
        })
        return answer
      }
      default:
        throw new Error(`a download does not ask for ${effect.kind}`)
    }
  }
}
