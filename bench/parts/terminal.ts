import { performance } from 'node:perf_hooks'
import { DEFAULT_RATES } from '../../sim/plan/make-plan.ts'
import { runSeeds } from '../../sim/seeds.ts'
import { compareBooks } from '../../src/cli/up/day-books.ts'
import { type CustomerCard, Hands } from '../../src/cli/up/hands.ts'
import { openWorld, type World } from '../../src/cli/up/world.ts'
import { cardFile, WORLD_PIN } from '../../src/cli/up/world-cards.ts'
import { WORLD_OPERATORS } from '../../src/cli/up/world-operators.ts'
import { ScriptedPanel } from '../../src/terminal/adapters/scripted-panel.ts'
import type { CommandOutcome, TerminalCommand } from '../../src/terminal/flows/terminal-command.ts'
import { type BenchOptions, type BenchPart, measureOf, requireThat } from '../bench-part.ts'
import { type Sample, sampleOf } from '../measure.ts'
import type { Measure } from '../results.ts'

interface Rates {
  readonly transactions: Sample
  readonly commands: Sample
}

/** Three terminals, their boards and a host in virtual time, with faults and all checks on. */
function simulate({ quick, progress }: BenchOptions): Rates {
  const rounds = quick ? 2 : 7
  const seeds = quick ? 1 : 15
  const transactions: number[] = []
  const commands: number[] = []
  for (let round = 0; round <= rounds; round++) {
    progress(`simulated terminals, round ${round} of ${rounds}`)
    const report = runSeeds(
      {
        terminals: 3,
        days: 1,
        rates: DEFAULT_RATES,
        first: 1 + round * seeds,
        count: seeds,
        stride: 1,
        failuresMax: 1,
        goOn: () => true,
      },
      () => performance.now(),
    )
    requireThat(report.failures.length === 0, `seed ${report.failures[0]?.seed} failed its checks`)
    // The first round compiles.
    if (round === 0) continue
    transactions.push((report.transactions * 1000) / report.elapsedMs)
    commands.push((report.commands * 1000) / report.elapsedMs)
  }
  return { transactions: sampleOf(transactions), commands: sampleOf(commands) }
}

async function mustBe(world: World, wanted: CommandOutcome['kind'], command: TerminalCommand): Promise<void> {
  const outcome = await world.terminal.run(command)
  requireThat(outcome.kind === wanted, `${command.kind} came to ${outcome.kind}`)
}

/** Milliseconds of one sale, card and PIN and slip with it, one card after the other. */
async function sellRound(world: World, hands: Hands, card: CustomerCard, count: number): Promise<number> {
  hands.hold(card)
  const started = performance.now()
  for (let sale = 0; sale < count; sale++) await mustBe(world, 'approved', { kind: 'sale', amountMinor: 100 })
  const milliseconds = (performance.now() - started) / count
  hands.hold(undefined)
  return milliseconds
}

/** The books of terminal, host and ledger, compared as at the end of a day. */
async function settleAndCompare(world: World): Promise<number> {
  const journal = await world.terminal.run({ kind: 'transactions' })
  const settled = await world.terminal.run({ kind: 'settle' })
  requireThat(journal.kind === 'transactions' && settled.kind === 'settled', 'the day could not be settled')
  const { terminalId: tid, currency } = world.terminal.profile
  const books = compareBooks({
    tid,
    batch: journal.batch,
    currency,
    transactions: journal.items,
    settlement: settled.summary,
    store: world.host.store,
  })
  requireThat(books.findings.length === 0, `the books differ: ${books.findings[0]}`)
  return journal.items.length
}

async function sellOverLines({ quick, folder, progress }: BenchOptions): Promise<readonly Measure[]> {
  const rounds = quick ? 2 : 7
  const count = quick ? 1 : 8
  const world = await openWorld({
    directory: folder,
    baudRate: undefined,
    sharedLine: false,
    freePorts: true,
    panel: new ScriptedPanel({
      enterPassword: { kind: 'entered', text: WORLD_OPERATORS.cashier.password },
      choosePrinterTrouble: { kind: 'chosen', id: 'retry' },
    }),
  })
  const hands = new Hands(world.board)
  try {
    await mustBe(world, 'done', { kind: 'logOn', operator: WORLD_OPERATORS.cashier.number })
    await mustBe(world, 'done', { kind: 'signIn' })
    const card = (name: string, how: CustomerCard['how']): CustomerCard => ({
      path: cardFile(world.cardsDirectory, name),
      how,
      pin: WORLD_PIN,
    })
    const cards = { chip: card('chip', 'insert'), stripe: card('stripe', 'swipe') }
    const times = { chip: [] as number[], stripe: [] as number[] }
    for (let round = 0; round <= rounds; round++) {
      progress(`terminal over pseudo-terminals, round ${round} of ${rounds}`)
      for (const name of ['chip', 'stripe'] as const) {
        const milliseconds = await sellRound(world, hands, cards[name], count)
        if (round > 0) times[name].push(milliseconds)
      }
    }
    const sold = await settleAndCompare(world)
    requireThat(sold === (rounds + 1) * 2 * count, 'the journal has another number of sales')
    return (['chip', 'stripe'] as const).map((name) =>
      measureOf({
        name: `${name} sale with PIN over pseudo-terminals`,
        unit: 'ms',
        better: 'lower',
        sample: sampleOf(times[name]),
        ...(name === 'chip'
          ? { note: `at full speed, with journal, host and slip; ${sold} sales agree in all three books` }
          : {}),
      }),
    )
  } finally {
    hands.stop()
    await world.close()
  }
}

/** How many transactions a terminal brings about, simulated and on real lines. */
export const terminal: BenchPart = {
  async run(options) {
    const { transactions, commands } = simulate(options)
    const perSecond = { unit: 'a second', better: 'higher' } as const
    return [
      measureOf({
        ...perSecond,
        name: 'simulated transactions',
        sample: transactions,
        note: 'three terminals and a host in virtual time, faults and all checks on, one processor',
      }),
      measureOf({ ...perSecond, name: 'simulated commands of operators', sample: commands }),
      ...(await sellOverLines(options)),
    ]
  },
}
