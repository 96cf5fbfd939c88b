import { InvariantError } from '../../base/invariant.ts'
import type { HostLink } from './terminal-world.ts'

/** The line of a terminal in training: it leads nowhere, and a flow that uses it has a bug. */
export const NO_HOST_LINK: HostLink = {
  send: refuse,
  receive: refuse,
  disconnect: () => {},
}

function refuse(): never {
  throw new InvariantError('a terminal in training used the line to the host')
}
