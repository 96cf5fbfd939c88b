import type { Outcome } from '../core/inbound.ts'
import { isSuccess } from '../core/response-code.ts'
import type { AnswerObserver, ObservedRequest } from '../service/answer-observer.ts'

export interface OfflineLoss {
  readonly tid: string
  /** Six digits, as on the slip. */
  readonly stan: string
  readonly rrn: string
  readonly responseCode: string
  readonly panTruncated: string
}

/** Nobody sees to thousands at once: what comes beyond is in the transactions. */
const KEPT_MAX = 1000

/** Hears which offline sales the host refused; whoever opens tickets takes them from here, off the path of messages. */
export class OfflineLosses implements AnswerObserver {
  #losses: OfflineLoss[] = []

  answered(_requests: readonly ObservedRequest[], outcomes: readonly (Outcome | undefined)[]): void {
    for (const outcome of outcomes) {
      if (outcome === undefined) continue
      const { operation, responseCode, tid, stan, rrn, panTruncated } = outcome.summary
      if (operation !== 'offlineSale' || isSuccess(responseCode) || !LOSS_CODES.test(responseCode)) continue
      if (this.#losses.length >= KEPT_MAX) continue
      this.#losses.push({ tid, stan: String(stan ?? 0).padStart(6, '0'), rrn, responseCode, panTruncated })
    }
  }

  /** Those since the last time. */
  take(): readonly OfflineLoss[] {
    const taken = this.#losses
    this.#losses = []
    return taken
  }
}

/** Not 94 (it is in the books), nor what the terminal sends again. */
const LOSS_CODES = /^(?!77|99|A0|09|68|9[012468])/
