/** States at the terminal and at the host that mean the same. */
export const SAME_STATE: Readonly<Record<string, readonly string[]>> = {
  approved: ['approved'],
  voided: ['voided'],
  declined: ['declined'],
  // A request that never reached the host leaves nothing there but the reversal.
  reversed: ['reversed', 'declined'],
}
