import type { CheckedWorld } from './checked-world.ts'

/** Characters of a terminal's state after the quiet time: operators, the last slip, the last settlement. */
const STATE_SIZE_MAX = 6000
/** Refusals that a host keeps, for each frame that it got. */
const CONNECTIONS_MAX = 0

/** What a run leaves behind of memory: one line for each thing that should have gone. */
export function remainsOf(world: CheckedWorld): readonly string[] {
  const left: string[] = []
  for (const { name, state } of world.terminals) {
    const lists = {
      transactions: state.transactions,
      notices: state.notices,
      scriptResults: state.scriptResults,
      failedChips: state.failedChips,
      owedReceipts: state.owedReceipts,
    }
    for (const [list, { length }] of Object.entries(lists))
      if (length > 0) left.push(`${name}: ${length} ${list}`)
    const size = JSON.stringify(state).length
    if (size > STATE_SIZE_MAX) left.push(`${name}: a state of ${size} characters`)
  }
  for (const [index, { connectionCount }] of world.hosts.entries())
    if (connectionCount > CONNECTIONS_MAX) left.push(`host ${index + 1}: ${connectionCount} connections`)
  return left
}
