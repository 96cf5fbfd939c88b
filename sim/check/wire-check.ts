import type { TransactionRow } from '../../src/host/core/records.ts'
import type { HostStore } from '../../src/host/core/store-port.ts'
import { NO_KEYS, Snapshot } from '../../src/host/core/store-port.ts'
import type { MessageView } from '../../src/iso8583/compile.ts'
import { terminalCodec } from '../../src/terminal/adapters/frame-summary.ts'
import { SUCCESS_CODES } from '../../src/terminal/flows/response-codes.ts'
import type { TerminalState } from '../../src/terminal/flows/terminal-state.ts'

const ENVELOPE_SIZE = 11
const MONEY: readonly string[] = ['0100', '0200', '0220']
export const MONEY_REPLIES: readonly string[] = ['0110', '0210', '0230']
/** Amounts to which the test host answers wrongly on purpose. */
export const WRONG_STAN_AMOUNT = 770_402
const WRONG_AMOUNT = 770_403

/** Looks at each frame in the moment in which it leaves: is that on the disk which makes it true? */
export class WireCheck {
  /** The frame that was looked at last, as long as its bytes stand. */
  readonly view: MessageView = terminalCodec().createView()
  /** What money requests said, by terminal, batch and trace number. */
  readonly #said = new Map<string, string>()
  /** Terminals whose last message of a session was a sign-off. */
  readonly #signingOff = new Set<string>()

  /** What is wrong with a request that leaves a terminal whose durable records fold to `state`. */
  request(frame: Uint8Array, state: TerminalState, tid: string): string | undefined {
    const { view } = this
    if (!view.index(frame, ENVELOPE_SIZE, frame.length)) return 'a request does not decode'
    const { mti } = view
    const stan = view.text(11) ?? ''
    if (mti === '0400') {
      return state.reversal?.request.stan === stan ? undefined : `reversal ${stan} is not owed by the journal`
    }
    if (mti === '0820') this.#signingOff.add(tid)
    else if (mti === '0800') this.#signingOff.delete(tid)
    if (!MONEY.includes(mti)) return undefined
    const isQueued = state.notices.some(({ request }) => request.stan === stan)
    if (state.inFlight?.stan !== stan && !isQueued)
      return `request ${stan} left before its record was durable`
    const isReversible = mti === '0100' || (mti === '0200' && view.text(3) !== '310000')
    if (isReversible && state.reversal?.request.stan !== stan)
      return `request ${stan} left without its reversal being owed`
    return this.#sameAgain(tid, stan)
  }

  /** What is wrong with a reply that leaves a host over `store`, which holds only what is durable; undefined: unseen. */
  reply(frame: Uint8Array, store: HostStore | undefined): string | undefined {
    const { view } = this
    if (!view.index(frame, ENVELOPE_SIZE, frame.length)) return 'a reply does not decode'
    if (store === undefined) return undefined
    const { mti } = view
    const code = view.text(39) ?? ''
    if (MONEY_REPLIES.includes(mti)) return SUCCESS_CODES.includes(code) ? this.#approval(store) : undefined
    if (code !== '00' && mti !== '0510') return undefined
    switch (mti) {
      case '0410':
        return this.#reversal(store)
      case '0510':
        return view.text(48)?.charAt(30) === '1' ? this.#batchIs(['settling', 'closed'], store) : undefined
      case '0330':
        return ['202', '207'].includes((view.text(60) ?? '').slice(8, 11))
          ? this.#batchIs(['closed'], store)
          : undefined
      case '0810':
        return this.#session(store)
      default:
        return undefined
    }
  }

  #approval(store: HostStore): string | undefined {
    const { view } = this
    const stan = Number(view.text(11))
    const amountMinor = Number(view.text(4))
    const row = rowOf(store, Number(view.text(37) ?? Number.NaN))
    if (row === undefined) return `reply ${stan} leaves without a durable record`
    if (row.tid !== view.text(41)) return `reply ${stan} names the record of another terminal`
    if (row.state === 'declined') return `reply ${stan} approves what its record declines`
    if (row.stan !== stan && row.requestedMinor !== WRONG_STAN_AMOUNT)
      return `reply ${stan} names the record of ${row.stan}`
    if (row.kind === 'balance' || row.requestedMinor === WRONG_AMOUNT) return undefined
    return row.approvedMinor === amountMinor || Number.isNaN(amountMinor)
      ? undefined
      : `reply ${stan} says ${amountMinor}, its record ${row.approvedMinor}`
  }

  #reversal(store: HostStore): string | undefined {
    const { view } = this
    const tid = view.text(41) ?? ''
    const stan = Number(view.text(11))
    const batchNumber = Number((view.text(60) ?? '').slice(2, 8))
    const snapshot = new Snapshot()
    store.fetch({ ...NO_KEYS, transactions: [{ tid, batchNumber, stan }] }, snapshot)
    const row = [...snapshot.transactions.values()].find((each) => each.stan === stan && each.tid === tid)
    return row === undefined || row.state === 'approved' || row.state === 'voided'
      ? `reversal ${stan} is confirmed, its record is ${row?.state ?? 'not there'}`
      : undefined
  }

  #batchIs(states: readonly string[], store: HostStore): string | undefined {
    const { view } = this
    const batchNumber = Number((view.text(60) ?? '').slice(2, 8))
    const snapshot = new Snapshot()
    store.fetch({ ...NO_KEYS, batches: [{ tid: view.text(41) ?? '', batchNumber }] }, snapshot)
    const [row] = snapshot.batches.values()
    return states.includes(row?.state ?? '')
      ? undefined
      : `${view.mti} ${view.text(11)} leaves, batch ${batchNumber} is ${row?.state ?? 'not there'}`
  }

  /** Sign-in and sign-off: the session is as the reply says. */
  #session(store: HostStore): string | undefined {
    const { view } = this
    const tid = view.text(41) ?? ''
    const snapshot = new Snapshot()
    store.fetch({ ...NO_KEYS, terminals: [tid] }, snapshot)
    const isIn = snapshot.terminals.get(tid)?.signedIn
    // A line may bring an old sign-in with the sign-off: both are in one commit, and the later one counts.
    const isGone = isIn !== true && !this.#signingOff.has(tid)
    return view.has(62) && isGone ? `working keys for ${tid} leave before they are kept` : undefined
  }

  /** A trace number that is used again must say the same. */
  #sameAgain(tid: string, stan: string): string | undefined {
    const { view } = this
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

function rowOf(store: HostStore, id: number): TransactionRow | undefined {
  const snapshot = new Snapshot()
  store.fetch({ ...NO_KEYS, transactionIds: [id] }, snapshot)
  return snapshot.transactions.get(id)
}
