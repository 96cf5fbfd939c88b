import type { ReceiptCopy } from './terminal-model.ts'
import type { TerminalProfile } from './terminal-profile.ts'

/** The copies that the profile wants of each transaction slip. */
export function owedCopies(profile: TerminalProfile): readonly ReceiptCopy[] {
  const copies: ReceiptCopy[] = []
  if (!profile.printerPresent) return copies
  if (profile.merchantCopy) copies.push('merchant')
  if (profile.cardholderCopy) copies.push('cardholder')
  return copies
}
