import { invariant } from '../../base/invariant.ts'
import type { MessageView } from '../../iso8583/compile.ts'
import { describeDecodeError } from '../../iso8583/decode-error.ts'
import { codecOf, DIALECTS, dialectsThatDecode } from './dialects.ts'
import type { ExplainLimit } from './explain-limit.ts'
import type { HostRequest } from './host-request.ts'
import type { Inbound } from './inbound.ts'
import { isoRequest } from './intake-iso1987.ts'
import { unionPayRequest } from './intake-unionpay.ts'
import type { Dialect } from './records.ts'

export interface UndecodableIntake {
  readonly ok: false
  readonly inbound: Inbound
  readonly error: { readonly reason: string; readonly field: number; readonly offset: number }
  readonly decodableAs: readonly Dialect[]
  /** False: there were too many like it to look at this one closely. */
  readonly isExplained: boolean
}

export type Intake = { readonly ok: true; readonly request: HostRequest } | UndecodableIntake

/** One view a dialect, used for each message in turn: nothing in it outlives the intake. */
const VIEWS = new Map<Dialect, MessageView>(
  DIALECTS.map((dialect) => [dialect, codecOf(dialect).createView()]),
)

/** Version 1987, a class, a function that asks or advises, any origin. Source: ISO 8583:1987, 4.1. */
const REQUEST_TYPE = /^0[1-8][02468]\d$/

/** Reads one message into the host's own terms, or says why it can't be read, as far as `explains` lets it. */
export function takeIn(inbound: Inbound, explains?: ExplainLimit): Intake {
  const view = viewOf(inbound.dialect)
  if (!view.index(inbound.bytes, inbound.start, inbound.end)) {
    return undecodable(inbound, view, mayExplain(inbound, explains))
  }
  if (!REQUEST_TYPE.test(view.mti)) {
    const error = { reason: 'the message type is none of a request', field: 0, offset: 0 }
    return { ok: false, inbound, error, decodableAs: [], isExplained: mayExplain(inbound, explains) }
  }
  const request =
    inbound.dialect === 'unionpay-pos' ? unionPayRequest(view, inbound) : isoRequest(view, inbound)
  return { ok: true, request }
}

/** The view of `dialect`; who indexes it owns it until the next one does. */
export function viewOf(dialect: Dialect): MessageView {
  return VIEWS.get(dialect) ?? codecOf(dialect).createView()
}

function undecodable(inbound: Inbound, view: MessageView, isExplained: boolean): UndecodableIntake {
  const { error } = view
  invariant(error !== undefined, 'a view that refuses without a reason')
  const decodableAs = isExplained ? otherDialectsOf(inbound) : []
  return {
    ok: false,
    inbound,
    error: { reason: describeDecodeError(error), field: error.field, offset: error.offset },
    decodableAs,
    isExplained,
  }
}

function mayExplain({ receivedAt }: Inbound, explains: ExplainLimit | undefined): boolean {
  return explains?.take('unreadable', receivedAt.ms) !== false
}

function otherDialectsOf({ bytes, start, end, dialect }: Inbound): readonly Dialect[] {
  return dialectsThatDecode(bytes.subarray(0, end), start).filter((other) => other !== dialect)
}
