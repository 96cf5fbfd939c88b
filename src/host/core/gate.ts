import { err, ok, type Result } from '../../base/result.ts'
import type { HostRequest } from './host-request.ts'
import type { OperationName } from './inbound.ts'
import type { TerminalRow } from './records.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { SecurityModule } from './security-module-port.ts'
import type { WorkingSet } from './working-set.ts'

/** Messages that stand outside a signed-in session and carry no MAC. */
const OPEN: ReadonlySet<OperationName> = new Set(['signIn', 'signOff', 'echo', 'unsupported'])
const SETTLING: ReadonlySet<OperationName> = new Set(['settlement', 'batchUpload', 'batchEnd'])
/** Messages that may name a batch which is no longer open. */
const ANY_BATCH: ReadonlySet<OperationName> = new Set([...OPEN, ...SETTLING, 'reversal'])

/** Whether requests and replies of `operation` carry a MAC. */
export function carriesMac(operation: OperationName): boolean {
  return !OPEN.has(operation) && !SETTLING.has(operation)
}

/** Who asks, and whether it may: terminal, merchant, session, MAC, batch, form; in this order. */
export function admit(
  work: WorkingSet,
  request: HostRequest,
  security: SecurityModule,
): Result<TerminalRow, Refusal> {
  const terminal = work.terminal(request.tid)
  if (terminal === undefined) return err(refuse('97', 'no terminal with this number', 41))
  const refusal =
    registrationRefusal(work, request, terminal) ??
    sessionRefusal(request, terminal, security) ??
    batchRefusal(request, terminal)
  if (refusal !== undefined) return err(refusal)
  if (request.fault !== undefined) return err(refuse('30', request.fault.reason, request.fault.field))
  return ok(terminal)
}

function registrationRefusal(
  work: WorkingSet,
  request: HostRequest,
  terminal: TerminalRow,
): Refusal | undefined {
  // A line test may leave the merchant out; nothing that moves money may.
  const isLeftOut = request.mid === '' && OPEN.has(request.operation)
  if (request.mid !== terminal.mid && !isLeftOut)
    return refuse('03', 'the merchant number is not that of the terminal', 42)
  if (work.merchant(terminal.mid)?.status !== 'active') return refuse('03', 'the merchant is not active', 42)
  return terminal.status === 'active' ? undefined : refuse('58', 'the terminal is blocked', 41)
}

function sessionRefusal(
  request: HostRequest,
  terminal: TerminalRow,
  security: SecurityModule,
): Refusal | undefined {
  if (OPEN.has(request.operation)) return undefined
  if (terminal.profile.signInRequired && !terminal.signedIn) {
    return refuse('77', 'the terminal is not signed in')
  }
  if (!carriesMac(request.operation)) return undefined
  const { mac, macData } = request
  if (mac === undefined || macData === undefined) {
    return terminal.profile.macRequired ? refuse('A0', 'the message has no MAC', 64) : undefined
  }
  if (terminal.macKey === undefined) return refuse('A0', 'a MAC, but the terminal has no MAC key', 64)
  return security.verifyMac(terminal.macKey, terminal.profile.macAlgorithm, macData, mac)
    ? undefined
    : refuse('A0', 'the MAC is wrong: other key, other algorithm, or changed bytes', 64)
}

function batchRefusal(request: HostRequest, terminal: TerminalRow): Refusal | undefined {
  if (request.batchNumber === undefined || ANY_BATCH.has(request.operation)) return undefined
  return request.batchNumber === terminal.batchNumber
    ? undefined
    : refuse('77', "the batch number is not that of the terminal's open batch", 60)
}
