import type { PortDialect } from '../../src/host/gateway/gateway-options.ts'
import { DEFAULT_PREFIXES } from '../../src/host/gateway/gateway-options.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import type { Fields } from '../../src/iso8583/message.ts'
import { ISO1987_ASCII } from '../../src/iso8583/specs/iso1987-ascii.ts'
import { WireClient } from '../host/service/wire-client.ts'

const DIALECT: PortDialect = 'iso1987-ascii'
const CODEC = compileSpec(ISO1987_ASCII)
const PAN = '6210948000000011'

export interface TillSale {
  readonly tid: string
  readonly stan: number
  /** Field 39, or `reversed` where no answer came and the reversal was accepted. */
  readonly outcome: string
}

/** A till without keys over TCP that sells until it is told to stop, reverses what was not answered, and moves on. */
export class IsoTill {
  readonly sales: TillSale[] = []
  readonly #tid: string
  readonly #mid: string
  #ports: readonly number[]
  #client: WireClient
  #stan = 0
  #isSelling = true

  /** `ports`: the hosts, the nearest first. */
  constructor(tid: string, mid: string, ports: readonly number[]) {
    this.#tid = tid
    this.#mid = mid
    this.#ports = ports
    this.#client = this.#connect()
  }

  stop(): void {
    this.#isSelling = false
  }

  /** Rejects when no host is left that answers. */
  async sellUntilStopped(): Promise<void> {
    while (this.#isSelling) {
      const stan = ++this.#stan
      const code = await this.#ask('0200', stan, {})
      if (code !== undefined) {
        this.sales.push({ tid: this.#tid, stan, outcome: code })
        continue
      }
      this.#moveOn()
      const original = `0200${String(stan).padStart(6, '0')}0314150926${'0'.repeat(22)}`
      const answer = await this.#ask('0400', stan + 500_000, { 90: original })
      if (answer === undefined) throw new Error('the other host does not answer either')
      this.sales.push({ tid: this.#tid, stan, outcome: `reversed ${answer}` })
    }
    this.#client.close()
  }

  async #ask(mti: string, stan: number, more: Fields): Promise<string | undefined> {
    const fields = {
      2: PAN,
      3: '000000',
      4: '000000000001',
      7: '0314150926',
      11: String(stan).padStart(6, '0'),
      14: '3012',
      22: '012',
      41: this.#tid,
      42: this.#mid,
      49: '156',
      ...more,
    }
    const encoded = CODEC.encode({ mti, fields })
    if (!encoded.ok) throw new Error(`field ${encoded.error.field}`)
    try {
      const decoded = CODEC.decode(await this.#client.exchange(encoded.value))
      if (!decoded.ok) throw new Error('the reply does not decode')
      return String(decoded.value.fields[39])
    } catch (error) {
      if (this.#client.isClosed) return undefined
      throw error
    }
  }

  #moveOn(): void {
    this.#client.close()
    this.#ports = [...this.#ports.slice(1), ...this.#ports.slice(0, 1)]
    this.#client = this.#connect()
  }

  #connect(): WireClient {
    return new WireClient(this.#ports[0] ?? 0, DEFAULT_PREFIXES[DIALECT])
  }
}
