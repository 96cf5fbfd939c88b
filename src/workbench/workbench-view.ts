import type { Board } from '../../hardware/emulator/board.ts'
import type { KeypadView } from '../terminal/adapters/keypad-panel.ts'
import type { Terminal } from '../terminal/adapters/terminal.ts'
import type { PadView } from './pad-hands.ts'
import type { WorkbenchState } from './workbench-messages.ts'
import { NO_TERMINAL } from './workbench-texts.ts'

/** The terminal's display, as it is sent to a viewer. */
export function displayOf(view: KeypadView): WorkbenchState['display'] {
  const { mode, title, screenId, entry, options, chosen, signing, values } = view
  const { qr } = values
  return {
    mode,
    title,
    screenId,
    entry: entry ?? null,
    options: [...options],
    chosen,
    signing: signing ?? null,
    code: typeof qr === 'string' ? qr : null,
  }
}

/** The PIN pad, as one viewer sees it. */
export function padOf(
  screen: Board['padScreen'],
  { hands, layout }: PadView,
  isPlugged: boolean,
): WorkbenchState['pinPad'] {
  const common = { isPlugged, hands, layout: [...layout] }
  return screen.kind === 'enterPin'
    ? { ...common, lines: [], isEntering: true, amountText: screen.amountText, digitCount: screen.digitCount }
    : {
        ...common,
        lines: screen.kind === 'lines' ? [...screen.lines] : [],
        isEntering: false,
        amountText: '',
        digitCount: 0,
      }
}

/** What can be said of the terminal, with or without power. */
export function terminalOf(terminal: Terminal | undefined): WorkbenchState['terminal'] {
  if (terminal === undefined) return NO_TERMINAL
  const { profile, state } = terminal
  return {
    tid: state.commissioned ? profile.terminalId : '',
    merchant: { zh: profile.merchantNameZh, en: profile.merchantNameEn },
    batch: state.batch,
    operator: state.loggedOn ?? null,
    isSignedIn: state.signedIn,
    owesReversal: state.reversal !== undefined,
    owedSlips: state.owedReceipts.length,
  }
}
