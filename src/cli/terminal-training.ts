import { EvidenceStore } from '../terminal/adapters/evidence-store.ts'
import type { OpenTerminalOptions } from '../terminal/adapters/open-terminal.ts'
import type { Terminal } from '../terminal/adapters/terminal.ts'
import { openTrainingTerminal } from '../terminal/adapters/training-space.ts'
import { EXERCISES } from '../terminal/flows/training/exercises.ts'
import type { TerminalConsole } from './terminal-console.ts'

/**
 * Opens the terminal of `options` in training and tells of the exercises: which there are, and each that was done. Results
 * are kept beside the terminal's journal, by operator.
 */
export async function openWithExercises(
  console: TerminalConsole,
  options: OpenTerminalOptions,
): Promise<Terminal> {
  const texts = new Map(EXERCISES.map((each) => [each.id, each]))
  const terminal = await openTrainingTerminal(options, (passed) => {
    const store = new EvidenceStore(options.dataDirectory)
    try {
      store.exercisePassed(passed, Date.now())
    } finally {
      store.close()
    }
    const { zh, en } = texts.get(passed.exercise) ?? { zh: '', en: '' }
    console.tell({
      zh: `操作员 ${passed.operator} 完成练习：${zh}`,
      en: `exercise done by operator ${passed.operator}: ${en}`,
    })
  })
  console.tell({
    zh: `训练模式：不与主机通信，不影响真实账务。练习：\n${EXERCISES.map(({ zh }, index) => `    ${index + 1}  ${zh}`).join('\n')}`,
    en: `training: nothing is sent and no money moves. Exercises:\n${EXERCISES.map(({ en }, index) => `    ${index + 1}  ${en}`).join('\n')}`,
  })
  return terminal
}
