import { toHex } from '../../base/bytes.ts'
import type { ContactSession } from './contact-session.ts'
import type { ContactResults } from './contact-types.ts'

/** What receipt and journal show of the chip, as things stand now. Copies. */
export function resultsOf(session: ContactSession): ContactResults {
  return {
    aid: toHex(session.application.name),
    label: session.application.label,
    terminalVerificationResults: Uint8Array.from(session.tvr),
    transactionStatusInformation: Uint8Array.from(session.tsi),
    cvmResults: Uint8Array.from(session.cvmResults),
    applicationTransactionCounter: Uint8Array.from(session.card.get('9F36') ?? new Uint8Array(2)),
    cryptogram: Uint8Array.from(session.cryptogram?.value ?? new Uint8Array(8)),
    cryptogramKind: session.cryptogram?.kind ?? 'AAC',
  }
}
