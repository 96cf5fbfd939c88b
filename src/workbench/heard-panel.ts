import type { Screen } from '../terminal/flows/screen.ts'
import type { Panel } from '../terminal/runtime/terminal-world.ts'

/** `panel`, with each screen told. */
export function heardPanel(panel: Panel, told: (screen: Screen) => void): Panel {
  return {
    show(screen) {
      panel.show(screen)
      told(screen)
    },
    ask: (question, done) => panel.ask(question, done),
    withdraw: () => panel.withdraw(),
  }
}
