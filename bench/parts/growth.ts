import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import Database from 'better-sqlite3'
import { HostCore } from '../../src/host/core/host-core.ts'
import type { Inbound } from '../../src/host/core/inbound.ts'
import { ACQUIRER_INSTITUTION } from '../../src/host/estate/default-estate.ts'
import { hostClock } from '../../src/host/service/host-clock.ts'
import type { HostRecords } from '../../src/host/service/open-host.ts'
import { lengthPrefixBytes } from '../../src/iso8583/framing/length-prefix.ts'
import { StreamSplitter } from '../../src/iso8583/framing/stream-splitter.ts'
import { type BenchOptions, type BenchPart, compareWith, measureOf, requireThat } from '../bench-part.ts'
import { startHost } from '../host-process.ts'
import { sampleOf } from '../measure.ts'
import { openEstate } from '../open-estate.ts'
import { OpenSales, responseCodeOf } from '../open-sales.ts'
import { prefill } from '../prefill.ts'
import type { Measure } from '../results.ts'

const CARDS = 1000
const MERCHANTS = 100
/** Requests that are decided and committed together. */
const GROUP = 64
const CLOSED_AT_MS = 1_770_000_000_000
/** Cost at the larger size, in times that at the smaller. */
const GROWTH_MAX = 1.3

interface Stage {
  readonly folder: string
  readonly stored: number
  readonly records: HostRecords
  readonly core: HostCore
  readonly sales: OpenSales
}

function stageOf(options: BenchOptions, name: string, stored: number, terminals: number): Stage {
  const folder = join(options.folder, name)
  mkdirSync(folder)
  const batchSize = Math.min(1000, stored / terminals)
  const sizes = { terminals, merchants: MERCHANTS, cards: CARDS }
  openEstate(folder, { ...sizes, batchNumber: stored / terminals / batchSize + 1 }).close()
  const path = join(folder, 'host.db')
  prefill(
    { path, transactions: stored, terminals, merchants: MERCHANTS, batchSize, closedAtMs: CLOSED_AT_MS },
    options.progress,
  )
  const records = openEstate(folder, { terminals: 0, merchants: 0, cards: 0, batchNumber: 0 })
  const core = new HostCore({
    security: records.security,
    testBehaviour: false,
    acquirer: { institution: ACQUIRER_INSTITUTION },
  })
  return { folder, stored, records, core, sales: new OpenSales(sizes) }
}

/** Microseconds of one authorisation: decided, committed durably, reply made. */
function authorise({ core, records, sales }: Stage, count: number): number {
  let microseconds = 0
  for (let done = 0; done < count; done += GROUP) {
    const batch = Array.from({ length: GROUP }, (): Inbound => {
      const bytes = sales.next()
      const receivedAt = { ms: Date.now(), localTime: hostClock.localTime() }
      return { dialect: 'iso1987-ascii', envelope: {}, bytes, start: 0, end: bytes.length, receivedAt }
    })
    const started = performance.now()
    const outcomes = core.process(batch, records.store)
    microseconds += (performance.now() - started) * 1000
    for (const { reply } of outcomes) {
      requireThat(responseCodeOf(reply) === '00', `a sale was answered ${responseCodeOf(reply)}`)
    }
  }
  return microseconds / Math.ceil(count / GROUP) / GROUP
}

/** Replies are rows, and the rows of this run sum to zero. */
function countAgain({ folder, stored, sales }: Stage): void {
  const database = new Database(join(folder, 'host.db'), { readonly: true })
  const rows = database.prepare<[], { count: number }>('SELECT count(*) AS count FROM transactions').get()
  const sum = database.prepare<[], { sum: number }>('SELECT sum(amountMinor) AS sum FROM ledger').get()
  database.close()
  requireThat(rows?.count === stored + sales.count, 'replies and stored rows differ')
  requireThat(sum?.sum === 0, `the ledger sums to ${sum?.sum}`)
}

function measureCost(small: Stage, large: Stage, { quick, progress }: BenchOptions): Measure {
  const rounds = quick ? 3 : 9
  const count = quick ? 2 * GROUP : 40 * GROUP
  const costs = { small: [] as number[], large: [] as number[] }
  authorise(small, count)
  authorise(large, count)
  for (let round = 1; round <= rounds; round++) {
    progress(`authorising, round ${round} of ${rounds}`)
    costs.small.push(authorise(small, count))
    costs.large.push(authorise(large, count))
  }
  progress('counting the books')
  countAgain(small)
  countAgain(large)
  const own = sampleOf(costs.large)
  const before = `${small.stored.toLocaleString('en-GB')} stored`
  return measureOf({
    name: `authorisation with ${large.stored.toLocaleString('en-GB')} stored`,
    unit: 'µs',
    better: 'lower',
    sample: own,
    comparisons: [compareWith(before, 'lower', own, sampleOf(costs.small), 1 / GROWTH_MAX)],
    note: `${GROUP} in a commit; a ratio of ${(1 / GROWTH_MAX).toFixed(2)} is ${GROWTH_MAX} times the cost`,
  })
}

/** Sells over a connection until `count` replies are in; answers how many came. */
async function sell(port: number, sales: OpenSales, count: number): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const splitter = new StreamSplitter({ prefix: 'ascii4', frameSizeMax: 8192 })
  let replies = 0
  const all = new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('data', (chunk: Uint8Array) => {
      for (const item of splitter.push(chunk)) {
        if (item.kind === 'frame' && responseCodeOf(item.frame) === '00') replies++
      }
      if (replies === count) resolve()
    })
  })
  for (let index = 0; index < count; index++) {
    const bytes = sales.next()
    socket.write(lengthPrefixBytes('ascii4', bytes.length))
    socket.write(bytes)
  }
  await all
  socket.destroy()
  return replies
}

/** Start of a host whose predecessor was killed with its log full, up to its first answer. */
async function measureStart(
  { folder, stored, sales }: Stage,
  { quick, progress }: BenchOptions,
): Promise<Measure> {
  const seconds: number[] = []
  let replies = 0
  for (let round = 0; round < 3; round++) {
    progress(`start after a crash, round ${round + 1} of 3`)
    const first = await startHost(folder)
    replies += await sell(first.ports['iso1987-ascii'] ?? 0, sales, quick ? 20 : 200)
    await first.kill()
    const second = await startHost(folder)
    seconds.push(second.startSeconds)
    replies += await sell(second.ports['iso1987-ascii'] ?? 0, sales, 1)
    await second.kill()
  }
  countAgain({ folder, stored, sales } as Stage)
  return measureOf({
    name: `start after SIGKILL with ${stored.toLocaleString('en-GB')} stored`,
    unit: 's',
    better: 'lower',
    sample: sampleOf(seconds),
    limit: 5,
    note: `process, write-ahead log and ports, until it answers; all ${replies} replies are in the books`,
  })
}

/** What an authorisation costs when the books are long, and how long a start takes then. */
export const growth: BenchPart = {
  async run(options) {
    const { quick } = options
    const small = stageOf(options, 'small', 10_000, 1000)
    const large = stageOf(options, 'large', quick ? 100_000 : 10_000_000, 1000)
    let cost: Measure
    try {
      cost = measureCost(small, large, options)
    } finally {
      small.records.close()
      large.records.close()
    }
    return [cost, await measureStart(large, options)]
  },
}
