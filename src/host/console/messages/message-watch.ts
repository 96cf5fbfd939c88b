import { envelopeSize } from '../../../iso8583/framing/envelope.ts'
import type { Inbound, Outcome } from '../../core/inbound.ts'
import { envelopeKindOf } from '../../gateway/gateway-options.ts'
import type { AnswerObserver, ObservedRequest } from '../../service/answer-observer.ts'
import type { Exchange, ExchangeLine } from '../api-types/messages.ts'
import { inspectMessage } from './inspect-message.ts'

export interface MessageWatchOptions {
  /** Exchanges that are kept; the oldest go. */
  readonly keptMax: number
  /** Exchanges that are taken in a second; the others are only counted. */
  readonly perSecondMax: number
  readonly nowMs: () => number
  /** Called for each that was taken. */
  readonly taken: (line: ExchangeLine) => void
}

/**
 * The last exchanges, masked before they are kept: no card number, track, PIN block or key is in memory because of it. Under
 * load it takes a sample, so that the hot path does not pay for it.
 */
export class MessageWatch implements AnswerObserver {
  readonly #options: MessageWatchOptions
  readonly #kept: Exchange[] = []
  #lastNumber = 0
  #second = 0
  #takenThisSecond = 0
  /** Exchanges that were left out since the start. */
  leftOut = 0

  constructor(options: MessageWatchOptions) {
    this.#options = options
  }

  answered(
    requests: readonly ObservedRequest[],
    outcomes: readonly (Outcome | undefined)[],
    nowMs: number,
  ): void {
    for (const [index, { inbound, receivedMs }] of requests.entries()) {
      const outcome = outcomes[index]
      if (!this.#mayTake()) this.leftOut++
      else this.#take(inbound, outcome, nowMs - receivedMs)
    }
  }

  /** Takes an exchange that was masked at another host. */
  adopt(exchange: Exchange): void {
    this.#keep({ ...exchange, number: ++this.#lastNumber })
  }

  /** Newest first; of one terminal when `tid` is given, and before a number. */
  list({
    tid,
    code,
    before,
    limit,
  }: {
    readonly tid?: string | undefined
    readonly code?: string | undefined
    readonly before?: number | undefined
    readonly limit: number
  }): readonly ExchangeLine[] {
    const lines: ExchangeLine[] = []
    for (let at = this.#kept.length - 1; at >= 0 && lines.length < limit; at--) {
      const exchange = this.#kept[at]
      if (exchange === undefined) break
      if (before !== undefined && exchange.number >= before) continue
      if (tid !== undefined && exchange.tid !== tid) continue
      if (code !== undefined && exchange.responseCode !== code) continue
      lines.push(lineOf(exchange))
    }
    return lines
  }

  find(number: number): Exchange | undefined {
    return this.#kept.find((exchange) => exchange.number === number)
  }

  #mayTake(): boolean {
    const second = Math.floor(this.#options.nowMs() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#takenThisSecond = 0
    }
    return this.#takenThisSecond++ < this.#options.perSecondMax
  }

  #take(inbound: Inbound, outcome: Outcome | undefined, tookMs: number): void {
    const { dialect, bytes, start, end, receivedAt } = inbound
    const summary = outcome?.summary
    const reply = outcome?.plan.kind === 'reply' ? outcome.reply : undefined
    const exchange: Exchange = {
      number: ++this.#lastNumber,
      atMs: receivedAt.ms,
      tookMs: Math.round(tookMs * 10) / 10,
      dialect,
      tid: summary?.tid ?? '',
      mti: summary?.mti ?? '',
      stan: summary?.stan ?? null,
      operation: summary?.operation ?? 'undecodable',
      responseCode: reply === undefined ? '' : (summary?.responseCode ?? ''),
      amountMinor: summary?.amountMinor ?? null,
      panTruncated: summary?.panTruncated ?? '',
      rrn: summary?.rrn ?? '',
      reason: outcome?.explain?.reason ?? '',
      request: inspectMessage(dialect, bytes.subarray(0, end), start) ?? null,
      reply:
        reply === undefined
          ? null
          : (inspectMessage(dialect, reply, envelopeSize(envelopeKindOf(portOf(dialect)))) ?? null),
    }
    this.#keep(exchange)
  }

  #keep(exchange: Exchange): void {
    this.#kept.push(exchange)
    if (this.#kept.length > this.#options.keptMax) this.#kept.shift()
    this.#options.taken(lineOf(exchange))
  }
}

function portOf(dialect: Inbound['dialect']) {
  return dialect === 'iso1987-ascii-binary-bitmap' ? 'iso1987-ascii' : dialect
}

function lineOf({ request: _request, reply: _reply, ...line }: Exchange): ExchangeLine {
  return line
}
