import { useEffect } from 'preact/hooks'
import { Problem } from '../components/problem.tsx'
import { t } from '../state/language.ts'
import { BoardCard } from '../workbench/board-card.tsx'
import { CardTable } from '../workbench/card-table.tsx'
import { Hands, Story } from '../workbench/hands.tsx'
import { PaperTray } from '../workbench/paper-tray.tsx'
import { PinPad } from '../workbench/pin-pad.tsx'
import { TerminalBody } from '../workbench/terminal-body.tsx'
import { TerminalChoice } from '../workbench/terminal-choice.tsx'
import { act, useWorkbench, workbench, workbenchProblem } from '../workbench/use-workbench.ts'
import '../workbench/workbench.css'

const DIGIT_KEYS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const
const SIGNS = {
  Enter: 'enter',
  Escape: 'cancel',
  Backspace: 'clear',
  ArrowUp: 'up',
  ArrowDown: 'down',
} as const

/** The terminal beside the host, to touch. The page knows nothing of payments: it sends what hands do. */
export function WorkbenchPage() {
  useWorkbench()
  useEffect(() => {
    addEventListener('keydown', typed)
    return () => removeEventListener('keydown', typed)
  }, [])
  const state = workbench.value
  const problem = workbenchProblem.value
  if (state === undefined) return problem === undefined ? null : <Problem text={problem} />
  return (
    <>
      {problem !== undefined && <Problem text={problem} />}
      {state.table !== null && <TerminalChoice table={state.table} />}
      <div class="bench">
        <div class="bench-main">
          <div class={state.isOnBoard ? 'bench-devices alone' : 'bench-devices'}>
            {!state.isOnBoard && (
              <div class="stripe-slot" data-drop="stripe">
                <span>{t({ zh: '刷卡槽', en: 'Stripe' })}</span>
              </div>
            )}
            <TerminalBody state={state} />
            {!state.isOnBoard && <PinPad pinPad={state.pinPad} />}
          </div>
          <PaperTray printer={state.printer} />
        </div>
        <div class="bench-side">
          {state.isOnBoard ? <BoardCard state={state} /> : <CardTable state={state} />}
          <Hands state={state} />
          <Story log={state.log} />
        </div>
      </div>
    </>
  )
}

/** The keyboard types on the terminal while the focus is on it. */
function typed(event: KeyboardEvent): void {
  const isOnTerminal = event.target instanceof Element && event.target.closest('.device') !== null
  if (!isOnTerminal || event.ctrlKey || event.metaKey || event.altKey) return
  const digit = DIGIT_KEYS.find((each) => each === event.key)
  const sign = SIGNS[event.key as keyof typeof SIGNS]
  if (digit === undefined && sign === undefined) {
    if (event.key.length === 1 && event.key !== ' ') act({ kind: 'type', text: event.key })
    return
  }
  event.preventDefault()
  act({ kind: 'key', key: digit ?? sign })
}
