import { join } from 'node:path'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { type BenchEstate, setUpBenchEstate } from '../authorise/bench-estate.ts'
import { BenchServer } from '../authorise/bench-server.ts'
import { runClosedLoop } from '../authorise/closed-loop.ts'
import { FrameMaker, type SaleKind } from '../authorise/frame-maker.ts'
import { runOpenLoop } from '../authorise/open-loop.ts'
import { type BenchOptions, type BenchPart, compareWith, measureOf, requireThat } from '../bench-part.ts'
import { sampleOf } from '../measure.ts'
import type { Measure } from '../results.ts'

const ECHO = new URL('../authorise/echo-child.ts', import.meta.url)
const HOST = new URL('../authorise/host-child.ts', import.meta.url)

interface Scenario {
  readonly kind: SaleKind
  readonly connections: number
  readonly outstanding: number
  /** The rate must be at least this part of a bare echo of the same frames. */
  readonly ofEcho?: number
  /** The same, of the handler without a store. */
  readonly ofNoStore?: number
  readonly perSecond?: number
}

const SCENARIOS: readonly Scenario[] = [
  { kind: 'stripe', connections: 100, outstanding: 1, ofEcho: 0.65 },
  { kind: 'stripe', connections: 1000, outstanding: 1, ofEcho: 0.65 },
  { kind: 'chip', connections: 100, outstanding: 1, ofEcho: 0.45 },
  { kind: 'stripe', connections: 10, outstanding: 64, ofNoStore: 0.65, perSecond: 100_000 },
  { kind: 'chip', connections: 10, outstanding: 64, perSecond: 50_000 },
]

const TERMINALS = 1000
const CARDS = 4000

interface Sizes {
  readonly rounds: number
  readonly roundMs: number
  readonly warmFrames: number
}

const FULL: Sizes = { rounds: 5, roundMs: 1200, warmFrames: 20_000 }
const QUICK: Sizes = { rounds: 1, roundMs: 300, warmFrames: 2000 }

/** A host under test with what is sent to it. */
interface Bench {
  readonly server: BenchServer
  readonly maker: FrameMaker
  replies: number
}

/** Durable sales over sockets, each checked in full, against an echo of the same frames and a host that writes nothing. */
export const authorise: BenchPart = {
  async run(options) {
    const sizes = options.quick ? QUICK : FULL
    const measures: Measure[] = []
    for (const [index, scenario] of SCENARIOS.entries()) {
      const folder = join(options.folder, String(index))
      measures.push(await measureScenario(scenario, sizes, folder, options))
    }
    measures.push(...(await measureOpenLoop(sizes, join(options.folder, 'open'), options)))
    return measures
  },
}

async function measureScenario(
  scenario: Scenario,
  sizes: Sizes,
  folder: string,
  { progress }: BenchOptions,
): Promise<Measure> {
  const { kind, connections, outstanding } = scenario
  const name = `${kind} sale, ${connections} connections × ${outstanding}`
  progress(`${name}: terminals and cards`)
  const durable = await startHost(join(folder, 'durable'), 'sqlite', connections)
  const bare = await startHost(join(folder, 'bare'), 'none', connections)
  const echo = await BenchServer.start(ECHO)
  progress(`${name}: warm-up`)
  const rates = { durable: await load(durable, scenario, sizes.warmFrames, sizes), bare: 0, echo: 0 }
  rates.bare = await load(bare, scenario, sizes.warmFrames, sizes)
  const rounds = { durable: [] as number[], bare: [] as number[], echo: [] as number[] }
  for (let round = 1; round <= sizes.rounds; round++) {
    progress(`${name}: round ${round} of ${sizes.rounds}`)
    const frames = (rate: number) => Math.ceil((rate * 1.5 * sizes.roundMs) / 1000)
    rounds.durable.push(await load(durable, scenario, frames(rates.durable), sizes))
    rounds.bare.push(await load(bare, scenario, frames(rates.bare), sizes))
    rounds.echo.push(await echoLoad(durable, echo, scenario, sizes))
    rates.durable = Math.max(rates.durable, ...rounds.durable)
    rates.bare = Math.max(rates.bare, ...rounds.bare)
  }
  await echo.stop()
  await bare.server.stop()
  await countBooks(durable, name)
  const own = sampleOf(rounds.durable)
  return measureOf({
    name: `durable ${name}`,
    unit: '/s',
    better: 'higher',
    sample: own,
    comparisons: [
      compareWith('bare echo of the same frames', 'higher', own, sampleOf(rounds.echo), scenario.ofEcho),
      compareWith('the same without a store', 'higher', own, sampleOf(rounds.bare), scenario.ofNoStore),
    ],
    ...(scenario.perSecond === undefined ? {} : { limit: scenario.perSecond }),
  })
}

async function startHost(folder: string, store: 'sqlite' | 'none', connections: number): Promise<Bench> {
  const estate = makeEstate(folder)
  const server = await BenchServer.start(HOST, folder, store)
  const maker = new FrameMaker(estate, connections)
  await maker.signIn(server.port)
  return { server, maker, replies: 0 }
}

function makeEstate(folder: string): BenchEstate {
  const records = openHostRecords(folder)
  try {
    return setUpBenchEstate(records, { terminalCount: TERMINALS, cardCount: CARDS })
  } finally {
    records.close()
  }
}

/** Replies a second. The first of each connection are checked: approved, with a right MAC. */
async function load(bench: Bench, scenario: Scenario, frameCount: number, sizes: Sizes): Promise<number> {
  const { kind, outstanding } = scenario
  const lists = bench.maker.sales(kind, Math.max(frameCount, sizes.warmFrames))
  const { port } = bench.server
  const result = await runClosedLoop({ port, lists, outstanding, durationMs: sizes.roundMs, sampleCount: 20 })
  bench.replies += result.replies
  const codes = bench.maker.codesOf(result.samples)
  requireThat(Object.keys(codes).join() === '00', `replies that are no approvals: ${JSON.stringify(codes)}`)
  return result.replies / result.seconds
}

/** The same frames against the echo. They are made for the host and not used up there. */
async function echoLoad(host: Bench, echo: BenchServer, scenario: Scenario, sizes: Sizes): Promise<number> {
  const { kind, outstanding, connections } = scenario
  const made = host.maker.sales(kind, connections * 20)
  // An echo does not mind seeing a frame again.
  const lists = made.map((list) => repeated(list, outstanding === 1 ? 200 : 4000))
  const { port } = echo
  const result = await runClosedLoop({ port, lists, outstanding, durationMs: sizes.roundMs, sampleCount: 0 })
  return result.replies / result.seconds
}

function repeated({ bytes, offsets }: ReturnType<FrameMaker['sales']>[number], times: number) {
  const size = bytes.length
  const count = offsets.length - 1
  const all = new Uint8Array(size * times)
  const places = [0]
  for (let time = 0; time < times; time++) {
    all.set(bytes, size * time)
    for (let index = 1; index <= count; index++) places.push(size * time + (offsets[index] ?? 0))
  }
  return { bytes: all, offsets: places }
}

/** No figure counts unless each reply is a row, and the ledger agrees with the accounts and sums to zero. */
async function countBooks({ server, replies }: Bench, name: string): Promise<void> {
  const { transactions, findings } = await server.stop()
  requireThat(transactions === replies, `${name}: ${replies} replies, but ${transactions} rows`)
  requireThat(findings === 0, `${name}: ${findings} findings in the books`)
}

const PERCENTILES = [
  { name: 'p99', part: 0.99, limit: 10 },
  { name: 'p99.9', part: 0.999, limit: 50 },
] as const

/** Latency from the time at which each request was due, at half of what the host can do. */
async function measureOpenLoop(
  sizes: Sizes,
  folder: string,
  { progress }: BenchOptions,
): Promise<readonly Measure[]> {
  const scenario: Scenario = { kind: 'stripe', connections: 100, outstanding: 1 }
  progress('open loop: saturation')
  const bench = await startHost(folder, 'sqlite', scenario.connections)
  await load(bench, scenario, sizes.warmFrames, sizes)
  const saturation = await load(bench, scenario, sizes.warmFrames * 2, sizes)
  const ratePerSecond = saturation / 2
  const rounds: (readonly number[])[] = []
  for (let round = 1; round <= sizes.rounds; round++) {
    progress(`open loop: round ${round} of ${sizes.rounds} at ${Math.round(ratePerSecond)}/s`)
    const durationMs = sizes.roundMs * 2
    const lists = bench.maker.sales('stripe', Math.ceil((ratePerSecond * durationMs * 1.2) / 1000))
    const port = bench.server.port
    const { replies, latencies } = await runOpenLoop({
      port,
      lists,
      ratePerSecond,
      durationMs,
      random: Math.random,
    })
    bench.replies += replies
    rounds.push(latencies)
  }
  await countBooks(bench, 'open loop')
  return PERCENTILES.map(({ name, part, limit }) =>
    measureOf({
      name: `stripe sale, open loop at half of saturation, ${name}`,
      unit: 'ms',
      better: 'lower',
      sample: sampleOf(rounds.map((latencies) => latencies[Math.floor(latencies.length * part)] ?? 0)),
      limit,
      note: `${Math.round(ratePerSecond)} requests a second, Poisson, 100 connections; from the time each was due`,
    }),
  )
}
