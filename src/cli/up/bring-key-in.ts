import type { Terminal } from '../../terminal/adapters/terminal.ts'
import type { CommandOutcome } from '../../terminal/flows/terminal-command.ts'
import { Finding } from '../failure.ts'
import { WORLD_OPERATORS } from './world-operators.ts'

/** A terminal of the embedded defaults gets its master key, and at its first start its operators. Rejects with `Finding`. */
export async function bringKeyIn(terminal: Terminal, keyBlock: string): Promise<void> {
  const { supervisor, cashier } = WORLD_OPERATORS
  const outcome: CommandOutcome = terminal.state.commissioned
    ? await terminal.run({ kind: 'loadMasterKey', keyBlock })
    : await terminal.run({
        kind: 'commission',
        keyBlock,
        supervisorPassword: supervisor.password,
        cashiers: [cashier],
      })
  if (outcome.kind !== 'masterKey')
    throw new Finding(`the terminal could not be given its keys (${outcome.kind}): see terminal.log`)
}
