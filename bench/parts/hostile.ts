import { join } from 'node:path'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { setUpBenchEstate } from '../authorise/bench-estate.ts'
import { BenchServer } from '../authorise/bench-server.ts'
import { runClosedLoop } from '../authorise/closed-loop.ts'
import { FrameMaker } from '../authorise/frame-maker.ts'
import { type BenchOptions, type BenchPart, compareWith, measureOf, requireThat } from '../bench-part.ts'
import { HostileClients } from '../hostile/hostile-clients.ts'
import type { HostileKind } from '../hostile/hostile-kind.ts'
import { sampleOf } from '../measure.ts'
import type { Measure } from '../results.ts'

const HOST = new URL('../authorise/host-child.ts', import.meta.url)

interface Scenario {
  readonly kind: HostileKind
  readonly name: string
  readonly connections: number
  readonly framesPerSecond: number
  /** The rate must be at least this part of that without them; undefined where they ask for all that the host can do. */
  readonly kept?: number
}

/** What the others must keep of their rate. */
const KEPT = 0.8

const SCENARIOS: readonly Scenario[] = [
  { kind: 'half-open', name: 'half-open connections', connections: 10_000, framesPerSecond: 0, kept: KEPT },
  {
    kind: 'never-read',
    name: 'clients that never read',
    connections: 50,
    framesPerSecond: 20_000,
    kept: KEPT,
  },
  { kind: 'slow-read', name: 'slow readers', connections: 50, framesPerSecond: 20_000, kept: KEPT },
  {
    kind: 'bad-frames',
    name: 'clients that send bad frames',
    connections: 100,
    framesPerSecond: 20_000,
    kept: KEPT,
  },
  {
    kind: 'slow-read',
    name: 'slow readers that ask as much as they can',
    connections: 20,
    framesPerSecond: 500_000,
  },
]

/** Those that behave: a few connections, one request each at a time. */
const GOOD_CONNECTIONS = 8
const TERMINALS = 64
const CARDS = 640
const MEBIBYTE = 1024 * 1024
const MEMORY_MAX = 128

interface Sizes {
  readonly rounds: number
  readonly roundMs: number
  readonly warmFrames: number
  /** Of the hostile connections. */
  readonly part: number
}

const FULL: Sizes = { rounds: 5, roundMs: 2000, warmFrames: 20_000, part: 1 }
const QUICK: Sizes = { rounds: 1, roundMs: 300, warmFrames: 2000, part: 0.1 }

/** A host under test, and what is sent to it by those that behave. */
interface Bench {
  readonly server: BenchServer
  readonly maker: FrameMaker
  replies: number
  /** The highest so far: enough frames are made for it. */
  rate: number
}

/** Sales of clients that behave, alone and beside such as do not; each host logs to a file and counts its metrics. */
export const hostile: BenchPart = {
  async run(options) {
    const sizes = options.quick ? QUICK : FULL
    const measures: Measure[] = []
    for (const [index, scenario] of SCENARIOS.entries()) {
      const folder = join(options.folder, String(index))
      const connections = Math.ceil(scenario.connections * sizes.part)
      measures.push(...(await measureScenario({ ...scenario, connections }, sizes, { ...options, folder })))
    }
    return measures
  },
}

async function startHost(folder: string): Promise<Bench> {
  const records = openHostRecords(folder)
  const estate = setUpBenchEstate(records, { terminalCount: TERMINALS, cardCount: CARDS })
  records.close()
  const log = join(folder, 'host.log')
  const server = await BenchServer.start(HOST, folder, 'sqlite', '--log', log, '--metrics')
  const maker = new FrameMaker(estate, GOOD_CONNECTIONS)
  await maker.signIn(server.port)
  return { server, maker, replies: 0, rate: 0 }
}

interface Rounds {
  readonly alone: number[]
  readonly beside: number[]
  /** Mebibytes of the host more than before anybody was hostile. */
  readonly memory: number[]
  /** Frames a second of the hostile, as far as they got rid of them. */
  readonly sent: number[]
  closed: number
}

async function measureScenario(
  scenario: Scenario,
  sizes: Sizes,
  { folder, progress }: BenchOptions,
): Promise<readonly Measure[]> {
  progress(`${scenario.name}: warm-up`)
  const bench = await startHost(folder)
  await sell(bench, sizes, sizes.warmFrames)
  await sell(bench, sizes)
  const before = await bench.server.state()
  const rounds: Rounds = { alone: [], beside: [], memory: [], sent: [], closed: 0 }
  for (let round = 1; round <= sizes.rounds; round++) {
    progress(`${scenario.name}: round ${round} of ${sizes.rounds}`)
    rounds.alone.push(await sell(bench, sizes))
    await sellBeside(bench, scenario, sizes, rounds, before.residentBytes)
  }
  const { transactions, findings } = await bench.server.stop()
  requireThat(transactions === bench.replies, `${bench.replies} replies, but ${transactions} rows`)
  requireThat(findings === 0, `${findings} findings in the books`)
  return measuresOf(scenario, rounds)
}

async function sellBeside(
  bench: Bench,
  { kind, connections, framesPerSecond }: Scenario,
  sizes: Sizes,
  rounds: Rounds,
  residentBefore: number,
): Promise<void> {
  const { server } = bench
  const started = performance.now()
  const clients = await HostileClients.start({ kind, port: server.port, connections, framesPerSecond })
  rounds.beside.push(await sell(bench, sizes))
  const during = await server.state()
  const { sent, closed } = await clients.stop()
  rounds.memory.push((during.residentBytes - residentBefore) / MEBIBYTE)
  rounds.sent.push((sent * 1000) / (performance.now() - started))
  rounds.closed += closed
  requireThat(kind === 'bad-frames' || during.connections >= connections, 'a hostile client was not there')
  requireThat(framesPerSecond === 0 || sent > 0, 'the hostile clients sent nothing')
  // The next round is for the others alone.
  while ((await server.state()).connections > 0);
}

/** Replies a second; the first of each connection are checked: approved, with a right MAC. */
async function sell(bench: Bench, { roundMs, warmFrames }: Sizes, atLeast = warmFrames): Promise<number> {
  const frameCount = Math.max(atLeast, Math.ceil((bench.rate * 2 * roundMs) / 1000))
  const lists = bench.maker.sales('stripe', frameCount)
  const { port } = bench.server
  const result = await runClosedLoop({ port, lists, outstanding: 1, durationMs: roundMs, sampleCount: 20 })
  bench.replies += result.replies
  const codes = bench.maker.codesOf(result.samples)
  requireThat(Object.keys(codes).join() === '00', `replies that are no approvals: ${JSON.stringify(codes)}`)
  const rate = result.replies / result.seconds
  bench.rate = Math.max(bench.rate, rate)
  return rate
}

function measuresOf(
  { name, kind, connections, framesPerSecond, kept }: Scenario,
  rounds: Rounds,
): readonly Measure[] {
  const own = sampleOf(rounds.beside)
  const others = `${connections.toLocaleString('en-GB')} ${name}`
  const pace = `${framesPerSecond.toLocaleString('en-GB')} frames a second at most, ${Math.round(
    sampleOf(rounds.sent).median,
  ).toLocaleString('en-GB')} got away`
  const closed = kind === 'bad-frames' ? `; closed and come again ${rounds.closed} times` : ''
  return [
    measureOf({
      name: `sales beside ${others}`,
      unit: '/s',
      better: 'higher',
      sample: own,
      comparisons: [compareWith('the same alone', 'higher', own, sampleOf(rounds.alone), kept)],
      note:
        framesPerSecond === 0
          ? 'half of them sent nothing, half of them half a frame'
          : `${pace}${closed}; made beforehand and paced: they share the processors with host and measuring client`,
    }),
    measureOf({
      name: `memory of the host for ${others}`,
      unit: 'MiB',
      better: 'lower',
      sample: sampleOf(rounds.memory),
      limit: MEMORY_MAX,
      note: 'resident, more than before the first of them came; what the sales leave behind is part of it',
    }),
  ]
}
