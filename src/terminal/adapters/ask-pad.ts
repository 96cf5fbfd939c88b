import type { CommandOutcome } from '../flows/terminal-command.ts'
import type { Terminal } from './terminal.ts'

const TRIES_MAX = 6
const BETWEEN_MS = 500

/**
 * What the pad shows of itself, for what `context` (64 hexadecimal digits) stands for. A pad that does not answer yet, since its
 * line has just been opened, is asked again for three seconds.
 */
export async function askPad(terminal: Pick<Terminal, 'run'>, context: string): Promise<CommandOutcome> {
  for (let tries = 1; ; tries++) {
    const outcome = await terminal.run({ kind: 'requestKey', context })
    const isAbsent = outcome.kind === 'failed' && outcome.reason === 'device'
    if (!isAbsent || tries >= TRIES_MAX) return outcome
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS))
  }
}
