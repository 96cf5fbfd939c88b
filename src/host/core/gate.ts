import { err, ok, type Result } from '../../base/result.ts'
import type { HostRequest } from './host-request.ts'
import type { OperationName } from './inbound.ts'
import type { TerminalRow } from './records.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { SecurityModule } from './security-module-port.ts'
import type { WorkingSet } from './working-set.ts'

/** Messages that stand outside a signed-in session and carry no MAC. */
const OPEN: ReadonlySet<OperationName> = new Set([
  'signIn',
  'signOff',
  'echo',
  'download',
  'statusUpload',
  'unsupported',
])
const SETTLING: ReadonlySet<OperationName> = new Set(['settlement', 'batchUpload', 'batchEnd'])
/** Requests that the parameters of a terminal may switch off. */
const SWITCHED: ReadonlySet<OperationName> = new Set([
  'sale',
  'saleVoid',
  'refund',
  'balance',
  'preAuthorisation',
  'preAuthorisationAddition',
  'preAuthorisationCancel',
  'completion',
  'completionVoid',
])
const OWED: ReadonlySet<OperationName> = new Set(['reversal', 'scriptResult'])
/** Messages that may name a batch which is no longer open. */
const ANY_BATCH: ReadonlySet<OperationName> = new Set([...OPEN, ...SETTLING, 'reversal', 'signature'])

const WITHOUT_MAC: ReadonlySet<OperationName> = new Set([...OPEN, ...SETTLING])

/** Whether requests and replies of `operation` carry a MAC. */
export function carriesMac(operation: OperationName): boolean {
  return !WITHOUT_MAC.has(operation)
}

/**
 * Who asks, and whether it may: terminal, changed bytes, merchant, session, batch, form; in this order. What a wrong
 * MAC says is not looked at: a damaged merchant number would get an answer that has a right one.
 */
export function admit(
  work: WorkingSet,
  request: HostRequest,
  security: SecurityModule,
): Result<TerminalRow, Refusal> {
  const terminal = work.terminal(request.tid)
  if (terminal === undefined) return err(refuse('97', 'no terminal with this number', 41))
  const refusal =
    changeRefusal(request, terminal, security) ??
    registrationRefusal(work, request, terminal) ??
    sessionRefusal(request, terminal) ??
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
  if (terminal.status !== 'active') return refuse('58', 'the terminal is blocked', 41)
  // What an earlier life of the terminal still owes is taken; new money is not.
  const movesMoney = carriesMac(request.operation) && !OWED.has(request.operation)
  if (movesMoney && terminal.setup?.stage === 'commissioning')
    return refuse('58', 'the terminal is not live yet: finish its commissioning', 41)
  return policyRefusal(request.operation, terminal)
}

/** What parameter 26 switches off is refused, but for what was done already and is only told of. */
function policyRefusal(operation: OperationName, { setup }: TerminalRow): Refusal | undefined {
  const kinds: readonly OperationName[] | undefined = setup?.policy?.kinds
  if (kinds === undefined || !SWITCHED.has(operation)) return undefined
  const asked = operation === 'preAuthorisationAddition' ? 'preAuthorisation' : operation
  return kinds.includes(asked)
    ? undefined
    : refuse('58', "the terminal's parameters (26) switch this transaction off", 60)
}

function changeRefusal(
  { operation, mac, macData }: HostRequest,
  { signedIn, macKey, profile }: TerminalRow,
  security: SecurityModule,
): Refusal | undefined {
  if (!carriesMac(operation) || (profile.signInRequired && !signedIn)) return undefined
  if (mac === undefined || macData === undefined || macKey === undefined) return undefined
  return security.verifyMac(macKey, profile.macAlgorithm, macData, mac)
    ? undefined
    : refuse('A0', 'the MAC is wrong: other key, other algorithm, or changed bytes', 64)
}

function sessionRefusal(request: HostRequest, terminal: TerminalRow): Refusal | undefined {
  if (OPEN.has(request.operation)) return undefined
  if (terminal.profile.signInRequired && !terminal.signedIn) {
    return refuse('77', 'the terminal is not signed in')
  }
  if (!carriesMac(request.operation)) return undefined
  const { mac, macData } = request
  if (mac === undefined || macData === undefined) {
    return terminal.profile.macRequired ? refuse('A0', 'the message has no MAC', 64) : undefined
  }
  return terminal.macKey === undefined
    ? refuse('A0', 'a MAC, but the terminal has no MAC key', 64)
    : undefined
}

function batchRefusal(request: HostRequest, terminal: TerminalRow): Refusal | undefined {
  if (request.batchNumber === undefined || ANY_BATCH.has(request.operation)) return undefined
  return request.batchNumber === terminal.batchNumber
    ? undefined
    : refuse('77', "the batch number is not that of the terminal's open batch", 60)
}
