import type { PrintDocument } from '../flows/print-document.ts'
import type { ReceiptContent } from '../flows/terminal-model.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import type { ReceiptForm } from './receipt-form.ts'
import { reversalLines } from './reversal-slip.ts'
import { settlementLines } from './settlement-slip.ts'
import { transactionLines } from './transaction-slip.ts'

/** The slip of one content, for a printer of 32 columns. Card numbers are truncated: six first, four last. */
export function receiptDocument(
  profile: TerminalProfile,
  content: ReceiptContent,
  form: ReceiptForm,
): PrintDocument {
  switch (content.kind) {
    case 'transaction':
      return { lines: transactionLines(profile, content.transaction, form), cut: true }
    case 'reversal':
      return { lines: reversalLines(profile, content.request, content.result, form), cut: true }
    case 'settlement':
      return { lines: settlementLines(profile, content.summary, form), cut: true }
  }
}
