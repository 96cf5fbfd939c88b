/** Where the signatures of customers are kept, by the number of their transaction. */
export interface SignaturePort {
  /** Keeps field 62 of an upload, durably. `there`: this transaction has one. Undefined: the file can't be used. */
  keep(transactionId: number, body: Uint8Array, nowMs: number): 'kept' | 'there' | undefined
}
