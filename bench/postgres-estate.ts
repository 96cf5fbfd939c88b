import { concatBytes, fromHex } from '../src/base/bytes.ts'
import { openAccount } from '../src/host/core/accounts.ts'
import { NO_ROWS, type StoreRows } from '../src/host/core/store-port.ts'
import { openSecurityModule } from '../src/host/security-module/software-security-module.ts'
import { MemoryStore } from '../src/host/store/memory-store.ts'
import { envelopeBytes } from '../src/iso8583/framing/envelope.ts'
import { lengthPrefixBytes } from '../src/iso8583/framing/length-prefix.ts'
import { PAN, TestHost, TID } from '../test/host/core/test-host.ts'
import { TestTerminal } from '../test/host/core/test-terminal.ts'
import type { Script } from './postgres-load.ts'

const COMMITS_JOINED = 2000
const COMPONENTS = ['0123456789ABCDEFFEDCBA9876543210', '00000000000000000000000000000000']

/** Keeps what is committed to it. */
class Recorder extends MemoryStore {
  readonly commits: StoreRows[] = []

  override commit(rows: StoreRows): void {
    super.commit(rows)
    this.commits.push(rows)
  }
}

/** Records of a host with many terminals and cards, and what its terminals send. */
export class BenchEstate {
  readonly #terminals: readonly TestTerminal[]
  readonly #pans: readonly string[]
  readonly #recorder: Recorder

  /** The local master key is made in `directory`. */
  constructor(directory: string, terminalCount: number, cardCount: number) {
    const security = openSecurityModule({ directory })
    this.#recorder = new Recorder()
    const host = new TestHost(this.#recorder, { security, testBehaviour: false })
    host.changeTerminal({ masterKey: security.importKeyComponents('terminalMaster', 'tdes2', COMPONENTS) })
    const first = new TestTerminal(host)
    first.masterKey = fromHex(COMPONENTS[0] ?? '')
    first.signIn()
    this.#terminals = Array.from({ length: terminalCount }, (_, index) => {
      const terminal = new TestTerminal(host, `3${String(index).padStart(7, '0')}`)
      host.changeTerminal({ tid: terminal.tid }, TID)
      terminal.keys = first.need()
      terminal.batch = first.batch
      return terminal
    })
    const { state: _state, ...account } = host.account(PAN)
    this.#pans = Array.from({ length: cardCount }, (_, index) => panOf(index))
    for (const pan of this.#pans) {
      openAccount(this.#recorder, {
        ...account,
        pan: security.protectPan(pan),
        pinReference: undefined,
        openingBalanceMinor: 1_000_000_000,
      })
    }
  }

  /** Everything in a few commits, and the record numbers that it used. */
  get rows(): { readonly commits: readonly StoreRows[]; readonly numbers: number } {
    return { commits: joined(this.#recorder.commits), numbers: this.#recorder.leaseNumbers(1) }
  }

  /** Sales by stripe with MAC and encrypted track, `count` a terminal, each with the next card of a fixed order. */
  scripts(count: number): readonly Script[] {
    let card = 0
    return this.#terminals.map((terminal) =>
      Array.from({ length: count }, () => {
        card = (card + 7919) % this.#pans.length
        const pan = this.#pans[card] ?? PAN
        const inbound = terminal.inbound(
          '0200',
          terminal.financialFields('000000', '00', '22', { amount: 100, pan }),
        )
        const message = inbound.bytes.subarray(inbound.start, inbound.end)
        const frame = concatBytes([envelopeBytes(inbound.envelope), message])
        return concatBytes([lengthPrefixBytes('binary2', frame.length), frame])
      }),
    )
  }
}

/** `commits` in their order, many in one. */
function joined(commits: readonly StoreRows[]): readonly StoreRows[] {
  const groups: StoreRows[] = []
  for (let start = 0; start < commits.length; start += COMMITS_JOINED) {
    const group = commits.slice(start, start + COMMITS_JOINED)
    groups.push({
      ...NO_ROWS,
      merchants: group.flatMap(({ merchants }) => merchants),
      terminals: group.flatMap(({ terminals }) => terminals),
      issuers: group.flatMap(({ issuers }) => issuers),
      accounts: group.flatMap(({ accounts }) => accounts),
      entries: group.flatMap(({ entries }) => entries),
    })
  }
  return groups
}

/** A number of the published test range with its check digit. */
function panOf(index: number): string {
  const body = `621094900${String(index).padStart(6, '0')}`
  let sum = 0
  for (const [place, digit] of [...body].reverse().entries()) {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return `${body}${(10 - (sum % 10)) % 10}`
}
