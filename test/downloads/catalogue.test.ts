import { describe, expect, it } from 'vitest'
import { bytesToAscii, toHex } from '../../src/base/bytes.ts'
import type { CatalogueSet } from '../../src/host/core/records.ts'
import {
  type Application,
  type CatalogueContents,
  contentFaults,
} from '../../src/host/estate/catalogue-content.ts'
import { takeDownloads } from '../../src/host/estate/downloads-file.ts'
import { EstateRefusal } from '../../src/host/estate/estate-refusal.ts'
import { applicationsInForce } from '../../src/terminal/flows/downloads-in-force.ts'
import { activeProfile } from '../../src/terminal/flows/terminal-context.ts'
import { DownloadHost, DownloadTerminal } from './download-world.ts'

const TIDS = ['10000001', '10000002']
const MID = '001290058120001'

function opened(): { host: DownloadHost; one: DownloadTerminal; two: DownloadTerminal } {
  const host = new DownloadHost(TIDS)
  host.asksTerminals = true
  const [one, two] = TIDS.map((terminalId) => new DownloadTerminal(host, { terminalId }))
  return { host, one: one as DownloadTerminal, two: two as DownloadTerminal }
}

function refusal(act: () => unknown): EstateRefusal {
  try {
    act()
  } catch (error) {
    if (error instanceof EstateRefusal) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('a change of the catalogue', () => {
  it('is a version of its own, and asks the terminals it is for', () => {
    const { host, one } = opened()
    host.save('parameters', { values: { '12': '45', '23': '5' } })
    expect(host.desk.versions()).toMatchObject({ parameters: 2, blacklist: 1 })
    expect(TIDS.map((tid) => host.terminal(tid).processingRequest)).toEqual([1, 1])
    one.run({ kind: 'download', set: 'parameters' })
    expect(activeProfile(one.context).replyTimeoutMs).toBe(45_000)
    expect(TIDS.map((tid) => host.terminal(tid).processingRequest)).toEqual([0, 1])
    expect(host.terminal(TIDS[0]).setup?.sets.parameters?.loaded).toBe(2)
  })

  it('for one terminal, or for the terminals of a merchant, goes before what is for all', () => {
    const { host, one, two } = opened()
    host.save('parameters', { values: { '12': '45', '20': '0' } })
    host.save('parameters', { values: { '12': '50' } }, `merchant:${MID}`)
    host.save('parameters', { values: { '12': '55' } }, `terminal:${TIDS[1]}`)
    for (const terminal of [one, two]) terminal.run({ kind: 'download', set: 'parameters' })
    expect(activeProfile(one.context)).toMatchObject({ replyTimeoutMs: 50_000, keyedAllowed: false })
    expect(activeProfile(two.context)).toMatchObject({ replyTimeoutMs: 55_000, keyedAllowed: false })
    expect(TIDS.map((tid) => host.terminal(tid).setup?.sets.parameters?.loaded)).toEqual([3, 4])
    // Taking it away is a version too: the terminal comes again.
    host.save('parameters', { values: {} }, `terminal:${TIDS[1]}`)
    expect(TIDS.map((tid) => host.terminal(tid).processingRequest)).toEqual([0, 1])
    two.run({ kind: 'download', set: 'parameters' })
    expect(activeProfile(two.context).replyTimeoutMs).toBe(50_000)
    expect(host.desk.overrides().map(({ scope }) => scope)).toEqual([`merchant:${MID}`])
  })

  it('by the second of two editors is refused, with what stands there now; nothing is lost', () => {
    const { host } = opened()
    const seen = host.desk.now('blacklist')
    host.save('blacklist', { prefixes: ['621094'] })
    const content = { form: 'fixed', prefixes: ['6225'] }
    const told = refusal(() =>
      host.desk.save('berta', { set: 'blacklist', scope: '', version: seen.version, content }),
    )
    expect(told.kind).toBe('changed')
    expect(told.present).toMatchObject({ version: 2, content: { prefixes: ['621094'] }, author: 'anna' })
    expect(host.desk.now('blacklist').version).toBe(2)
  })

  it('is rolled back as a new version; the history says who and when', () => {
    const { host } = opened()
    host.save('blacklist', { prefixes: ['621094'] })
    host.save('blacklist', { prefixes: ['6225'] })
    const { row } = host.desk.rollBack('berta', { set: 'blacklist', scope: '', version: 3, to: 2 })
    expect(row.version).toBe(4)
    const history = host.desk.history('blacklist')
    expect(history.map(({ version, author }) => [version, author])).toEqual([
      [4, 'berta'],
      [3, 'anna'],
      [2, 'anna'],
      [1, ''],
    ])
    expect(history[0]?.content).toEqual(history[2]?.content)
    expect(host.desk.changesOf('blacklist', '', 3)).toMatchObject([
      { key: '621094', from: '621094', to: undefined },
      { key: '6225', from: undefined, to: '6225' },
    ])
  })

  it.each<[CatalogueSet, unknown, RegExp, RegExp]>([
    [
      'parameters',
      { values: { '12': '4' } },
      /Reply time-out.*number from 5 to 99/,
      /应答超时.*数字，5 到 99/,
    ],
    ['parameters', { values: { '99': '4' } }, /values\.99 is no parameter/, /没有这个参数/],
    ['parameters', { values: { '26': 'xyz' } }, /four hexadecimal digits/, /4 位十六进制/],
    ['blacklist', { form: 'fixed', prefixes: ['62x'] }, /'62x' is not 3 to 14 digits/, /不是 3 到 14 位数字/],
    ['blacklist', { form: 'fixed', prefixes: ['621', '621'] }, /621 is there twice/, /重复/],
    ['blacklist', { form: 'odd', prefixes: [] }, /no form/, /报文格式/],
    ['applications', { list: [] }, /takes 1 to 99 entries/, /1 到 99 项/],
    [
      'applications',
      { list: [{ aid: 'A0' }] },
      /Application identifier takes 5 to 16 bytes/,
      /AID.*5 到 16 字节/,
    ],
    ['caKeys', { own: true, list: [{ rid: 'A000000333' }] }, /Index takes a text/, /索引/],
    ['contactless', { form: 'text', values: { FF8058: '1.5' } }, /number of minor units/, /以分为单位/],
    ['contactless', [], /must be an object/, /必须是对象/],
  ])('of %s that no terminal could use is refused in both languages: %j', (set, content, en, zh) => {
    const { host } = opened()
    const { version } = host.desk.now(set)
    const told = refusal(() => host.desk.save('anna', { set, scope: '', version, content }))
    expect(told.kind).toBe('badInput')
    expect(told.en).toMatch(en)
    expect(told.zh).toMatch(zh)
    expect(host.desk.now(set).version).toBe(1)
    expect(host.terminal(TIDS[0]).processingRequest).toBe(0)
  })

  it('is taken as it was meant: short numbers, small letters, dates with dashes, members left empty', () => {
    const { host } = opened()
    host.save('parameters', { values: { '12': ' 5', '13': '03', '26': 'ffc0', '14': '' } })
    expect(host.desk.now('parameters').content).toEqual({
      values: { '12': '05', '13': '3', '26': 'FFC0', '14': '' },
    })
    host.save('contactless', { form: 'text', values: { FF8058: '50000' } })
    expect(host.desk.now('contactless').content).toMatchObject({ values: { FF8058: '000000050000' } })
    const [first] = (host.desk.now('applications').content as CatalogueContents['applications']).list as [
      Application,
    ]
    const typed = { ...first, aid: 'a0000003 33010109', contactlessTransactionMinor: '' }
    host.save('applications', { list: [typed as unknown as Application] })
    const { contactlessTransactionMinor: _, ...left } = { ...first, aid: 'A000000333010109' }
    expect(host.desk.now('applications').content).toEqual({ list: [left] })
    const key = { rid: 'a000000333', index: '0b', modulus: 'ab'.repeat(64), exponent: '03' }
    host.save('caKeys', { own: true, list: [{ ...key, expiry: '2030-12-31' }] })
    expect(host.desk.now('caKeys').content).toMatchObject({
      list: [{ rid: 'A000000333', index: '0B', modulus: 'AB'.repeat(64), expiry: '20301231' }],
    })
  })

  it('of the limits of an application reaches the wire', () => {
    const { host, one } = opened()
    const { list } = host.desk.now('applications').content as CatalogueContents['applications']
    const [first] = list as [Application]
    const changed = { ...first, contactlessFloorMinor: 1, electronicCashMinor: 12_345 }
    host.save('applications', { list: [{ ...changed, contactlessVerificationMinor: 70_000 }] })
    one.run({ kind: 'download', set: 'applications' })
    const [loaded = ''] = one.state.downloads?.applications ?? []
    expect(loaded).toContain('9F7B06000000012345')
    expect(loaded).toContain('DF1906000000000001')
    expect(loaded).toContain('DF2106000000070000')
    const applied = applicationsInForce(one.context, activeProfile(one.context)).applications?.[0]
    expect(applied?.contactless).toMatchObject({ floorLimitMinor: 1, verificationLimitMinor: 70_000 })
  })

  it('is refused where it changes nothing, where nobody is meant, and for a part where all are the same', () => {
    const { host } = opened()
    const { content } = host.desk.now('parameters')
    const order = { set: 'parameters', scope: '', version: 1, content } as const
    expect(refusal(() => host.desk.save('anna', order)).en).toContain('nothing to save')
    const nobody = { ...order, scope: 'terminal:99999999', version: 0, content: { values: {} } }
    expect(refusal(() => host.desk.save('anna', nobody)).kind).toBe('notFound')
    const keys = { set: 'caKeys', scope: `terminal:${TIDS[0]}`, version: 0, content: {} } as const
    expect(refusal(() => host.desk.save('anna', keys)).en).toContain('the same for all terminals')
  })

  it('what is built in, and all that the rules allow, passes the rules', () => {
    const { host } = opened()
    for (const set of ['parameters', 'caKeys', 'applications', 'blacklist', 'contactless'] as const)
      expect(contentFaults(set, host.desk.now(set).content, false)).toEqual([])
  })
})

describe('a parameter', () => {
  it('26 switches transactions off at the terminal, and its host refuses them too', () => {
    const { host, one } = opened()
    host.save('parameters', { values: { '26': '8000', '27': '03' } })
    expect(host.terminal(TIDS[0]).setup?.policy).toEqual({ kinds: ['sale'] })
    one.run({ kind: 'download', set: 'parameters' })
    expect(activeProfile(one.context)).toMatchObject({
      transactions: ['sale'],
      offlineSales: false,
      offlineCountMax: 3,
    })
    one.state = { ...one.state, loggedOn: '01' } as unknown as typeof one.state
    expect(one.run({ kind: 'balance' })).toMatchObject({ kind: 'refused', reason: 'notEnabled' })
    host.save('parameters', { values: { '12': '30' } })
    expect(host.terminal(TIDS[0]).setup?.policy).toBeUndefined()
  })
})

describe('parameters 13 and 24', () => {
  it.each([
    ['0', {}, 'nextOnline'],
    ['1', {}, 'settlement'],
    ['0', { offlineSettlementCode: '0' }, 'settlement'],
    ['1', { offlineSettlementCode: '0' }, 'nextOnline'],
    ['2', {}, 'lineBack'],
  ] as const)('come into force: 24 as %s with %j is %s', (mode, profile, offlineSending) => {
    const { host } = opened()
    const terminal = new DownloadTerminal(host, { terminalId: TIDS[0] as string, ...profile })
    host.save('parameters', { values: { '13': '4', '24': mode } })
    terminal.run({ kind: 'download', set: 'parameters' })
    expect(activeProfile(terminal.context)).toMatchObject({ connectAttempts: 4, offlineSending })
  })
})

describe('the forms that no source settles', () => {
  it.each([
    ['fixed', 'text'],
    ['variable', 'binary'],
  ] as const)(
    'blacklist %s, contactless %s: both ends, with the same outcome',
    (blacklistForm, contactlessForm) => {
      const host = new DownloadHost()
      const terminal = new DownloadTerminal(host, { blacklistForm, contactlessForm })
      const prefixes = Array.from({ length: 70 }, (_, index) => `6225${index}`)
      host.desk.save('anna', {
        set: 'blacklist',
        scope: '',
        version: 1,
        content: { form: blacklistForm, prefixes },
      })
      const { values } = host.desk.now('contactless').content as { readonly values: Record<string, string> }
      const content = { form: contactlessForm, values: { ...values, FF8058: '000000012345' } }
      host.desk.save('anna', { set: 'contactless', scope: '', version: 1, content })
      for (const set of ['blacklist', 'contactless'] as const)
        expect(terminal.run({ kind: 'download', set })).toEqual({ kind: 'done' })
      expect(terminal.state.downloads?.blacklist).toEqual(prefixes)
      expect(terminal.state.downloads?.contactless).toEqual(content.values)
    },
  )

  it('a terminal that expects the other form keeps what it has', () => {
    const host = new DownloadHost()
    host.save('blacklist', { form: 'variable', prefixes: ['621094'] })
    const terminal = new DownloadTerminal(host, { contactlessForm: 'binary' })
    for (const set of ['blacklist', 'contactless'] as const) {
      expect(terminal.run({ kind: 'download', set })).toMatchObject({ reason: 'malformedReply' })
      expect(terminal.state.downloads?.[set]).toBeUndefined()
    }
  })
})

describe('a file of downloads', () => {
  it('is taken as a whole or not at all, and only what differs becomes a version', () => {
    const { host } = opened()
    const given = {
      parameters: { version: 9, values: { '12': '40' } },
      blacklist: { version: 9, prefixes: ['621094'] },
      caKeys: { version: 1 },
    }
    const bad = { ...given, applications: { list: [] } }
    expect(refusal(() => takeDownloads(host.desk, 'system', bad, '')).en).toContain('applications')
    expect(host.desk.versions()).toMatchObject({ parameters: 1, blacklist: 1 })
    const taken = takeDownloads(host.desk, 'system', given, 'downloads.json')
    expect(taken.map(({ set, version, count }) => [set, version, count])).toEqual([
      ['parameters', 2, 2],
      ['blacklist', 2, 2],
    ])
  })
})

describe('added CA keys', () => {
  it('go with those of the host, or without them', () => {
    const { host } = opened()
    const key = {
      rid: 'A000000003',
      index: '92',
      modulus: 'C1'.repeat(128),
      exponent: '010001',
      expiry: '20301231',
    }
    const own = host.catalogue.caKeys([]).content.length
    host.save('caKeys', { own: true, list: [key] })
    expect(host.catalogue.caKeys(host.store.listCatalogue()).content).toHaveLength(own + 1)
    host.save('caKeys', { own: false })
    const [only, ...rest] = host.catalogue.caKeys(host.store.listCatalogue()).content
    expect(rest).toEqual([])
    expect(toHex(only?.name ?? new Uint8Array())).toBe('9F0605A0000000039F220192')
    expect(bytesToAscii(only?.body ?? new Uint8Array())).toContain('20301231')
  })
})
