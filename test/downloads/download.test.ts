import { describe, expect, it } from 'vitest'
import { bytesToAscii, fromHex, toHex } from '../../src/base/bytes.ts'
import { withJob } from '../../src/host/core/terminal-jobs.ts'
import { parseRateEntries } from '../../src/iso8583/subfields/rate-table.ts'
import { DOWNLOAD_SETS, type DownloadSet } from '../../src/terminal/flows/download-model.ts'
import { caKeysInForce, isBlacklisted } from '../../src/terminal/flows/downloads-in-force.ts'
import { activeProfile } from '../../src/terminal/flows/terminal-context.ts'
import { DEFAULT_PROFILE } from '../../src/terminal/flows/terminal-profile.ts'
import {
  CA_KEYS,
  DownloadHost,
  DownloadTerminal,
  OTHER_APPLICATION_COUNT,
  OTHER_PREFIXES,
  OTHER_RATES_COUNT,
  PowerCut,
} from './download-world.ts'

/** Records that keep what an answer brought. */
const ANSWERS = ['downloadListed', 'downloadReceived']
const PREFIXES = Array.from({ length: 70 }, (_, index) => `62109${String(4000 + index)}`)

function opened(): { host: DownloadHost; terminal: DownloadTerminal } {
  const host = new DownloadHost()
  host.save('parameters', { values: { '12': '45', '20': '0', '21': '1', '23': '5' } })
  host.save('blacklist', { prefixes: PREFIXES })
  host.setRates(40)
  return { host, terminal: new DownloadTerminal(host) }
}

function inForce({ state }: DownloadTerminal): unknown {
  const { staged: _staged, ...active } = state.downloads ?? { staged: {} }
  return active
}

describe('a download', () => {
  it('brings all sets, page by page, and the host knows it', () => {
    const { host, terminal } = opened()
    expect(terminal.run({ kind: 'download', set: 'all' })).toEqual({ kind: 'done' })
    expect(terminal.state.downloads?.staged).toEqual({})
    expect(terminal.state.downloads?.blacklist).toEqual(PREFIXES)
    expect(terminal.state.downloads?.applications).toHaveLength(6)
    expect(terminal.state.downloads?.contactless).toMatchObject({ FF8058: '000000100000' })
    const loaded = Object.entries(host.terminal().setup?.sets ?? {}).map(([set, { loaded: version }]) => [
      set,
      version,
    ])
    expect(Object.fromEntries(loaded)).toEqual(host.desk.versions())
  })

  it('takes effect: profile, keys, blacklist', () => {
    const { terminal } = opened()
    terminal.run({ kind: 'download', set: 'all' })
    const { context } = terminal
    expect(activeProfile(context)).toMatchObject({
      replyTimeoutMs: 45_000,
      keyedAllowed: false,
      autoSignOff: true,
      resendCount: 5,
      merchantNameZh: '铁线咖啡馆',
      merchantNameEn: DEFAULT_PROFILE.merchantNameEn,
    })
    const { chip } = context
    if (chip === undefined) throw new Error('no chip')
    const keys = caKeysInForce(context, chip)
    expect(keys.map(({ index }) => index)).toEqual(CA_KEYS.map(({ index }) => index))
    expect(toHex(keys[7]?.modulus ?? new Uint8Array())).toBe(toHex(CA_KEYS[7]?.modulus ?? new Uint8Array()))
    expect(isBlacklisted(context, '6210940700000000')).toBe(false)
    expect(isBlacklisted(context, `${PREFIXES[3]}0000000`)).toBe(true)
  })

  it('ends each set with its own message, unless the profile says otherwise', () => {
    const host = new DownloadHost()
    const terminal = new DownloadTerminal(host, { downloadEnd: false })
    terminal.run({ kind: 'download', set: 'parameters' })
    expect(host.requests).toBe(1)
    expect(host.terminal().setup?.sets.parameters?.loaded).toBeUndefined()
  })

  it.each(DOWNLOAD_SETS)(
    'of %s goes on after a power cut at any moment; nothing half-loaded is in force',
    (set) => {
      const before = opened()
      before.terminal.run({ kind: 'download', set })
      const complete = JSON.stringify(inForce(before.terminal))
      const empty = JSON.stringify({})
      const { effects: count } = before.terminal
      const { requests: total } = before.host
      expect(count).toBeGreaterThan(5)
      for (let at = 0; at < count; at++) {
        for (const isDone of [false, true]) {
          const { terminal, host } = opened()
          terminal.cut = { at, isDone }
          expect(() => terminal.run({ kind: 'download', set })).toThrow(PowerCut)
          expect([complete, empty]).toContain(JSON.stringify(inForce(terminal)))
          terminal.cut = undefined
          const known = terminal.records.filter(({ kind }) => ANSWERS.includes(kind)).length
          const isEnded = terminal.records.some(({ kind }) => kind === 'downloadEnded')
          const requests = host.requests
          expect(terminal.run({ kind: 'download', set })).toEqual({ kind: 'done' })
          expect(JSON.stringify(inForce(terminal))).toBe(complete)
          // It goes on: what was durable is not asked for again; after its end it begins anew.
          expect(host.requests - requests).toBe(isEnded ? total : total - known)
          expect(host.terminal().setup?.sets[set]?.loaded).toBe(host.desk.versions()[set])
        }
      }
    },
  )

  it.each([
    ['a key whose check value is wrong', 'caKeys', (bytes: Uint8Array) => flipped(bytes, 40)],
    ['a key that is cut short', 'caKeys', (bytes: Uint8Array) => bytes.slice(0, -3)],
    ['a parameter list that is cut short', 'parameters', (bytes: Uint8Array) => bytes.slice(0, -3)],
    ['a blacklist with another count', 'blacklist', (bytes: Uint8Array) => bytes.slice(0, -16)],
    ['rates with another count', 'rates', (bytes: Uint8Array) => bytes.slice(0, -12)],
    ['rates that are cut short', 'rates', (bytes: Uint8Array) => bytes.slice(0, -3)],
    ['rates of a version that is no number', 'rates', (bytes: Uint8Array) => flipped(bytes, 7, 0x40)],
    ['contactless values that do not add up', 'contactless', (bytes: Uint8Array) => bytes.slice(0, -1)],
    ['an application without its codes', 'applications', (bytes: Uint8Array) => bytes.slice(0, 12)],
  ] as const)('refuses %s and keeps the old set', (_, set: DownloadSet, spoil) => {
    const { host, terminal } = opened()
    terminal.run({ kind: 'download', set })
    const old = JSON.stringify(inForce(terminal))
    host.spoil = (bytes) => (bytes.length > 30 ? spoil(bytes) : bytes)
    expect(terminal.run({ kind: 'download', set })).toMatchObject({
      kind: 'failed',
      reason: 'malformedReply',
    })
    expect(terminal.shown).toContain('downloadUnusable')
    expect(JSON.stringify(inForce(terminal))).toBe(old)
    expect(terminal.state.downloads?.staged).toEqual({})
  })

  it.each(['blacklist', 'applications', 'rates'] as const)(
    'of %s that changes under way is never mixed; it is due and comes again',
    (set) => {
      const before = opened()
      before.terminal.run({ kind: 'download', set })
      const { effects: count } = before.terminal
      for (let at = 0; at < count; at++) {
        const { terminal, host } = opened()
        terminal.cut = { at, isDone: true }
        expect(() => terminal.run({ kind: 'download', set })).toThrow(PowerCut)
        terminal.cut = undefined
        host.changeContent(set)
        for (
          let time = 0;
          time < 3 && host.terminal().setup?.sets[set]?.loaded !== host.desk.versions()[set];
          time++
        )
          terminal.run({ kind: 'download', set })
        const active = terminal.state.downloads?.[set] ?? []
        expect(active.length).toBe(OTHER_COUNTS[set])
        expect(host.terminal()).toMatchObject({ processingRequest: 0 })
      }
    },
  )

  it('an end that comes after a change leaves the set due', () => {
    const { host, terminal } = opened()
    const full = opened()
    full.terminal.run({ kind: 'download', set: 'blacklist' })
    // The last effects: the end's send, its answer, its record.
    terminal.cut = { at: full.terminal.effects - 6, isDone: true }
    expect(() => terminal.run({ kind: 'download', set: 'blacklist' })).toThrow(PowerCut)
    expect(terminal.state.downloads?.staged.blacklist?.isActive).toBe(true)
    terminal.cut = undefined
    host.changeContent('blacklist')
    terminal.run({ kind: 'download', set: 'blacklist' })
    expect(host.terminal()).toMatchObject({ processingRequest: 7 })
    expect(terminal.state.downloads?.blacklist).toEqual(PREFIXES)
  })

  it('all of them: one that is no use does not keep the others away', () => {
    const { host, terminal } = opened()
    host.spoil = (bytes) => (bytesToAscii(bytes).startsWith('1245') ? bytes.slice(0, -3) : bytes)
    expect(terminal.run({ kind: 'download', set: 'all' })).toMatchObject({
      kind: 'failed',
      detail: 'parameters',
    })
    expect(terminal.state.downloads?.blacklist).toEqual(PREFIXES)
    expect(terminal.state.downloads?.parameters).toBeUndefined()
  })
})

describe('a download of rates', () => {
  it('is refused by a terminal that has foreign currencies off, and "all" leaves it out', () => {
    const host = new DownloadHost()
    const terminal = new DownloadTerminal(host, { conversionOffers: false })
    expect(terminal.run({ kind: 'download', set: 'rates' })).toMatchObject({ reason: 'notEnabled' })
    expect(terminal.run({ kind: 'download', set: 'all' })).toEqual({ kind: 'done' })
    expect(host.terminal().setup?.sets.rates).toBeUndefined()
  })

  it('goes by the other numbers too', () => {
    const { host } = opened()
    const terminal = new DownloadTerminal(host, { ratesCode: '366' })
    expect(terminal.run({ kind: 'download', set: 'rates' })).toEqual({ kind: 'done' })
    expect(host.terminal().setup?.sets.rates?.loaded).toBe(2)
    expect(parseRateEntries(terminal.state.downloads?.rates ?? [])).toEqual(host.catalogue.rateBook.current())
  })
})

describe('jobs of the header', () => {
  it('come one after the other', () => {
    const { host, terminal } = opened()
    for (const job of [4, 7, 2]) host.change(withJob(host.terminal(), job))
    expect(host.terminal()).toMatchObject({ processingRequest: 4, setup: { jobs: [7, 2] } })
    terminal.run({ kind: 'download', set: 'caKeys' })
    expect(host.terminal().processingRequest).toBe(7)
    terminal.run({ kind: 'uploadStatus' })
    expect(host.terminal()).toMatchObject({ processingRequest: 7, setup: { jobs: [] } })
    terminal.run({ kind: 'download', set: 'blacklist' })
    expect(host.terminal().processingRequest).toBe(0)
  })
})

describe('a status upload', () => {
  it('says devices, parameters in force and version', () => {
    const { host, terminal } = opened()
    terminal.run({ kind: 'download', set: 'parameters' })
    expect(terminal.run({ kind: 'uploadStatus' })).toEqual({ kind: 'done' })
    const { text } = host.terminal().setup?.status ?? { text: '' }
    expect(text.slice(0, 15)).toBe('011021031040051')
    expect(text).toContain('1245')
    expect(text.endsWith('611.2.3           ')).toBe(true)
  })
})

describe('the catalogue', () => {
  it('sends a key as the catalogue of CA keys does: 9F06, 9F22, DF05 to DF03', () => {
    const host = new DownloadHost()
    const [key] = host.catalogue.caKeys([]).content
    expect(toHex(key?.name ?? fromHex(''))).toBe('9F0605A0000003339F220101')
    expect(bytesToAscii((key?.body ?? fromHex('')).subarray(12, 23)).slice(3)).toBe('20491231')
  })

  it('a thousand terminals load everything within seconds', () => {
    const tids = Array.from({ length: 1000 }, (_, index) => String(20_000_000 + index))
    const host = new DownloadHost(tids)
    for (const terminalId of tids) {
      const terminal = new DownloadTerminal(host, { terminalId })
      for (const set of ['parameters', 'applications', 'blacklist'] as const)
        expect(terminal.run({ kind: 'download', set })).toEqual({ kind: 'done' })
    }
    const rows = host.store.listTerminals()
    expect(rows.every(({ setup }) => setup?.sets.applications?.loaded === 1)).toBe(true)
  })
})

const OTHER_COUNTS = {
  blacklist: OTHER_PREFIXES.length,
  applications: OTHER_APPLICATION_COUNT,
  rates: OTHER_RATES_COUNT,
}

function flipped(bytes: Uint8Array, at: number, by = 0x01): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ by : byte))
}
