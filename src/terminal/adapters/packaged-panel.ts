import type { PackageContent } from '../flows/package-content.ts'
import type { Question, Screen } from '../flows/screen.ts'
import type { Panel } from '../runtime/terminal-world.ts'

/** Puts the texts of the package in force in the place of the built-in ones; `shown` hears of each screen. */
export function packagedPanel(
  panel: Panel,
  inForce: () => PackageContent | undefined,
  shown: (screen: Screen) => void,
): Panel {
  const worded = (screen: Screen): Screen => {
    const words = inForce()?.texts[screen.id]
    return words === undefined ? screen : { ...screen, words }
  }
  return {
    show(screen) {
      const said = worded(screen)
      panel.show(said)
      shown(said)
    },
    ask(question, done) {
      const said = wordedQuestion(question, worded)
      shown(said.screen)
      panel.ask(said, done)
    },
    withdraw: () => panel.withdraw(),
  }
}

function wordedQuestion(question: Question, worded: (screen: Screen) => Screen): Question {
  const screen = worded(question.screen)
  if (question.kind !== 'choose') return { ...question, screen }
  const options = question.options.map((option) => ({ ...option, screen: worded(option.screen) }))
  return { ...question, screen, options }
}
