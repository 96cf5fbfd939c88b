import type { Page } from 'playwright-core'
import type { Workbench } from '../../src/workbench/workbench.ts'
import type { WorkbenchState } from '../../src/workbench/workbench-messages.ts'

const PIN = '123456'
/** Only so that a failure says what stood on the display. */
const PATIENCE_MS = 20_000
const SUPERVISOR = ['2', '4', '6', '8']

/** The table seen as its own state, so that nothing is done twice, and worked by the buttons of the page. */
export interface Technician {
  readonly page: Page
  readonly bench: () => Workbench
  /** Keys of the terminal by the names that are on them. */
  readonly keys: (...names: readonly string[]) => Promise<void>
}

type Is = (state: WorkbenchState) => boolean
/** Keys for a question of the terminal, by the id of its screen. */
type Answers = Readonly<Record<string, readonly string[]>>
type Errand = 'take' | 'pin' | 'newRoll' | 'rollOut' | 'ready' | 'card' | 'answer' | 'password' | 'confirm'

/** What the terminal wants of people now, by its lamp, its pad, its printer or its display. */
function wanted({ reader, pinPad, display, printer }: WorkbenchState, answers: Answers): Errand | undefined {
  if (reader.card !== null && reader.lamp === 'takeCard') return 'take'
  if (pinPad.isEntering) return pinPad.digitCount === 0 ? 'pin' : undefined
  if (reader.card === null && reader.lamp === 'cardWanted') return 'card'
  if (display.mode !== 'ask') return undefined
  if (printer.paper === 'end' && display.options.length > 0) return 'newRoll'
  if (display.title.en.startsWith('Take the paper out')) return 'rollOut'
  if (display.title.en.includes('test card ready')) return 'ready'
  if (answers[display.screenId] !== undefined) return 'answer'
  if (/password/i.test(display.title.en)) return 'password'
  return display.screenId.startsWith('confirm') ? 'confirm' : undefined
}

/** Does what the terminal asks for, as a technician with a customer's cards, until `isDone`. */
export async function attend(technician: Technician, isDone: Is, answers: Answers = {}): Promise<void> {
  const bench = technician.bench()
  let card: 'chip' | 'stripe' = 'chip'
  for (;;) {
    const state = await next(bench, (now) => isDone(now) || wanted(now, answers) !== undefined)
    if (isDone(state)) return
    const errand = wanted(state, answers)
    const { title, screenId } = state.display
    if (errand === 'ready') card = title.en.includes('chip') ? 'chip' : 'stripe'
    await doErrand(technician, errand, errand === 'answer' ? (answers[screenId] ?? []) : [], card)
    // The page is a few milliseconds away from the table. Questions may follow each other; a card is taken once.
    const isQuestion = errand !== 'take' && errand !== 'card' && errand !== 'pin'
    await next(
      bench,
      (now) => wanted(now, answers) !== errand || (isQuestion && now.display.title.en !== title.en),
    )
  }
}

async function doErrand(
  { page, bench, keys }: Technician,
  errand: Errand | undefined,
  answer: readonly string[],
  card: 'chip' | 'stripe',
): Promise<void> {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  switch (errand) {
    case 'take':
      return press('Take the card out')
    case 'pin':
      return enterPin(page)
    case 'card': {
      const name = card === 'chip' ? /Chip card/ : /Stripe card/
      return page
        .getByRole('button', { name })
        .first()
        .press(card === 'chip' ? 'i' : 's')
    }
    case 'rollOut':
      await press('Take the roll out')
      await next(bench(), ({ printer }) => printer.paper === 'end')
      return keys('Enter')
    case 'newRoll':
      await press('New roll')
      await next(bench(), ({ printer }) => printer.paper === 'ok')
      return keys('1')
    case 'password':
      return keys(...SUPERVISOR, 'Enter')
    default:
      return keys(...answer, 'Enter')
  }
}

async function enterPin(page: Page): Promise<void> {
  await page.waitForSelector('.pin-pad.active')
  const pad = page.getByRole('region', { name: 'PIN pad' })
  for (const digit of PIN) await pad.getByRole('button', { name: digit, exact: true }).click()
  await pad.getByRole('button', { name: 'Confirm the PIN' }).click()
}

/** The first state that is so. */
export function next(bench: Workbench, isSo: Is): Promise<WorkbenchState> {
  return new Promise((done, failed) => {
    const limit = setTimeout(() => {
      end()
      failed(
        new Error(
          `it still shows: ${bench.state.display.title.en} (${bench.state.display.screenId}, ${bench.state.display.mode}, ${bench.state.display.options.map(({ en }) => en)})`,
        ),
      )
    }, PATIENCE_MS)
    const look = (): void => {
      const { state } = bench
      if (!isSo(state)) return
      clearTimeout(limit)
      end()
      done(state)
    }
    const end = bench.watch(look)
    setImmediate(look)
  })
}
