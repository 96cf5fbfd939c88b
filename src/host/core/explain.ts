import type { Decision } from './decision.ts'
import type { HostRequest } from './host-request.ts'
import type { Outcome, OutcomeSummary } from './inbound.ts'
import type { UndecodableIntake } from './intake.ts'
import type { ExplainRow } from './records.ts'
import { responseCodeIn } from './response-code.ts'

/** The two notes about a decided message: one for the books, one for the log. */
export function explainDecision(
  request: HostRequest,
  { refusal, content, panTruncated }: Decision,
): { readonly explain: ExplainRow | undefined; readonly summary: OutcomeSummary } {
  const { mti, stan, inbound, operation, amountMinor } = request
  const tid = printable(request.tid)
  const { dialect, receivedAt } = inbound
  const responseCode = content.responseCode === undefined ? '' : responseCodeIn(dialect, content.responseCode)
  const explain: ExplainRow | undefined =
    refusal === undefined
      ? undefined
      : {
          receivedAtMs: receivedAt.ms,
          dialect,
          tid,
          mti,
          stan,
          responseCode,
          reason: refusal.reason,
          field: refusal.field,
          offset: undefined,
          decodableAs: [],
        }
  return {
    explain,
    summary: {
      tid,
      mti,
      stan,
      operation,
      responseCode,
      amountMinor,
      panTruncated,
      rrn: content.rrn === 0 ? '' : String(content.rrn).padStart(12, '0'),
    },
  }
}

/** Text from the wire as it may stand in a log: one line, no control characters. */
function printable(text: string): string {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || code > 0x7e) return text.replace(/[^ -~]/g, '.')
  }
  return text
}

const UNDECODABLE: Omit<Outcome, 'explain'> = {
  reply: undefined,
  plan: { kind: 'silent' },
  summary: {
    tid: '',
    mti: '',
    stan: undefined,
    operation: 'undecodable',
    responseCode: '',
    amountMinor: undefined,
    panTruncated: '',
    rrn: '',
  },
}

/** A message that is none of its dialect: nobody can be answered, but it is said what was wrong and where. */
export function explainUndecodable({ inbound, error, decodableAs, isExplained }: UndecodableIntake): Outcome {
  if (!isExplained) return { ...UNDECODABLE, explain: undefined }
  const { dialect, receivedAt } = inbound
  const elsewhere = decodableAs.length === 0 ? '' : `; it decodes as ${decodableAs.join(', ')}`
  const explain: ExplainRow = {
    receivedAtMs: receivedAt.ms,
    dialect,
    tid: '',
    mti: '',
    stan: undefined,
    responseCode: '',
    reason: `${error.reason}${elsewhere}`,
    field: error.field,
    offset: error.offset,
    decodableAs,
  }
  return { ...UNDECODABLE, explain }
}
