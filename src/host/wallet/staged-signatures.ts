import type { SignaturePort } from '../core/signature-port.ts'

/** A signature that is to be written. */
export interface NewSignature {
  readonly transactionId: number
  readonly body: Uint8Array
  readonly receivedMs: number
}

/** Signatures in memory: which transactions have one, and what was added since, to be written together. */
export class StagedSignatures implements SignaturePort {
  readonly #there = new Set<number>()
  readonly #added: NewSignature[] = []

  /** This transaction has one. */
  take(transactionId: number): void {
    this.#there.add(transactionId)
  }

  changes(): readonly NewSignature[] {
    return this.#added
  }

  keep(transactionId: number, body: Uint8Array, nowMs: number): 'kept' | 'there' {
    if (this.#there.has(transactionId)) return 'there'
    this.#there.add(transactionId)
    this.#added.push({ transactionId, body: body.slice(), receivedMs: nowMs })
    return 'kept'
  }

  /** Field 62 as it came, of those added here. */
  find(transactionId: number): Uint8Array | undefined {
    return this.#added.find((each) => each.transactionId === transactionId)?.body
  }
}
