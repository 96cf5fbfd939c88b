import type { HostStore } from '../../src/host/core/store-port.ts'
import { NO_KEYS, Snapshot } from '../../src/host/core/store-port.ts'
import type { MessageView } from '../../src/iso8583/compile.ts'
import { terminalCodec } from '../../src/terminal/adapters/frame-summary.ts'
import { SUCCESS_CODES } from '../../src/terminal/flows/response-codes.ts'
import type { TerminalState } from '../../src/terminal/flows/terminal-state.ts'

const ENVELOPE_SIZE = 11
const MONEY: readonly string[] = ['0100', '0200', '0220']
const MONEY_REPLIES: readonly string[] = ['0110', '0210', '0230']

/** Looks at each frame in the moment in which it leaves: is that on the disk which makes it true? */
export class WireCheck {
  readonly #view: MessageView = terminalCodec().createView()
  /** What money requests said, by terminal, batch and trace number. */
  readonly #said = new Map<string, string>()

  /** What is wrong with a request that leaves a terminal whose durable records fold to `state`. */
  request(frame: Uint8Array, state: TerminalState, tid: string): string | undefined {
    const view = this.#view
    if (!view.index(frame, ENVELOPE_SIZE, frame.length)) return 'a request does not decode'
    const { mti } = view
    const stan = view.text(11) ?? ''
    if (mti === '0400') {
      return state.reversal?.request.stan === stan ? undefined : `reversal ${stan} is not owed by the journal`
    }
    if (!MONEY.includes(mti)) return undefined
    const isQueued = state.notices.some(({ request }) => request.stan === stan)
    if (state.inFlight?.stan !== stan && !isQueued)
      return `request ${stan} left before its record was durable`
    const isReversible = mti === '0100' || (mti === '0200' && view.text(3) !== '310000')
    if (isReversible && state.reversal?.request.stan !== stan)
      return `request ${stan} left without its reversal being owed`
    return this.#sameAgain(tid, stan)
  }

  /** What is wrong with a reply that leaves a host over `store`, which holds only what is durable. */
  reply(frame: Uint8Array, store: HostStore): string | undefined {
    const view = this.#view
    if (!view.index(frame, ENVELOPE_SIZE, frame.length)) return 'a reply does not decode'
    if (!MONEY_REPLIES.includes(view.mti) || !SUCCESS_CODES.includes(view.text(39) ?? '')) return undefined
    const id = Number(view.text(37) ?? Number.NaN)
    const snapshot = new Snapshot()
    store.fetch({ ...NO_KEYS, transactionIds: [id] }, snapshot)
    const row = snapshot.transactions.get(id)
    if (row === undefined) return `reply ${view.text(11)} leaves without a durable record`
    return row.tid === view.text(41)
      ? undefined
      : `reply ${view.text(11)} names the record of another terminal`
  }

  /** A trace number that is used again must say the same. */
  #sameAgain(tid: string, stan: string): string | undefined {
    const view = this.#view
    const batch = (view.text(60) ?? '').slice(2, 8)
    const key = `${tid}/${batch}/${stan}`
    const words = `${view.mti} ${view.text(3)} ${view.text(4)}`
    const before = this.#said.get(key)
    this.#said.set(key, words)
    return before === undefined || before === words
      ? undefined
      : `trace ${key} said "${before}" and then "${words}"`
  }

  /** The last request of `tid` with this number provably did not leave: it may be used for another. */
  forget(tid: string, batch: string, stan: string): void {
    this.#said.delete(`${tid}/${batch}/${stan}`)
  }
}
