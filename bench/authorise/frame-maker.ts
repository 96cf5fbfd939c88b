import { fromHex } from '../../src/base/bytes.ts'
import type { BenchEstate } from './bench-estate.ts'
import { type FrameList, runClosedLoop } from './closed-loop.ts'
import { WireTerminal } from './wire-terminal.ts'

export type SaleKind = 'stripe' | 'chip'

/** Terminals spread over connections, and the frames that they send. Each terminal stays on its connection. */
export class FrameMaker {
  readonly #estate: BenchEstate
  readonly #terminals: readonly (readonly WireTerminal[])[]
  readonly #counters = new Map<string, number>()
  #made = 0

  constructor(estate: BenchEstate, connectionCount: number) {
    this.#estate = estate
    this.#terminals = Array.from({ length: connectionCount }, (_, connection) =>
      estate.terminals
        .filter((_each, index) => index % connectionCount === connection)
        .map((terminal) => new WireTerminal(terminal, estate.mid)),
    )
  }

  /** Signs all terminals in, over the wire. */
  async signIn(port: number): Promise<void> {
    const lists = this.#terminals.map((terminals) =>
      frameList(terminals.map((terminal) => terminal.signIn())),
    )
    const sampleCount = Math.max(...this.#terminals.map(({ length }) => length))
    const { samples } = await runClosedLoop({ port, lists, outstanding: 1, durationMs: 60_000, sampleCount })
    for (const [connection, terminals] of this.#terminals.entries()) {
      for (const [index, terminal] of terminals.entries()) {
        const reply = samples[connection]?.[index]
        if (reply === undefined) throw new Error(`terminal ${terminal.tid} had no answer to its sign-in`)
        terminal.signedIn(reply)
      }
    }
  }

  /** `count` sales in all, as many on each connection. */
  sales(kind: SaleKind, count: number): readonly FrameList[] {
    const perConnection = Math.ceil(count / this.#terminals.length)
    return this.#terminals.map((terminals) =>
      frameList(
        Array.from({ length: perConnection }, (_, index) => {
          const terminal = terminals[index % terminals.length] as WireTerminal
          return kind === 'stripe' ? this.#stripe(terminal) : this.#chip(terminal)
        }),
      ),
    )
  }

  /** Response codes of replies to `sales`, with how often each came; a wrong MAC shows as `badMac`. */
  codesOf(samples: readonly (readonly Uint8Array[])[]): Readonly<Record<string, number>> {
    const codes: Record<string, number> = {}
    for (const [connection, frames] of samples.entries()) {
      const terminals = this.#terminals[connection] ?? []
      for (const [index, frame] of frames.entries()) {
        const code = terminals[index % terminals.length]?.check(frame) ?? 'nobody'
        codes[code] = (codes[code] ?? 0) + 1
      }
    }
    return codes
  }

  #stripe(terminal: WireTerminal): Uint8Array {
    const pan = this.#nextPan()
    return terminal.stripeSale(pan, 100 + (this.#made % 5000))
  }

  #chip(terminal: WireTerminal): Uint8Array {
    // A card may be at one terminal at a time: its counters must arrive in their order.
    const place = Number(terminal.tid) % this.#estate.terminals.length
    const share = Math.floor(this.#estate.pans.length / this.#estate.terminals.length)
    const pan = this.#estate.pans[place * share + (this.#made++ % share)] ?? ''
    const counter = (this.#counters.get(pan) ?? 0) + 1
    this.#counters.set(pan, counter)
    return terminal.chipSale(
      pan,
      fromHex(this.#estate.cardKeys[pan] ?? ''),
      counter,
      100 + (this.#made % 5000),
    )
  }

  #nextPan(): string {
    this.#made++
    return this.#estate.pans[(this.#made * 7) % this.#estate.pans.length] ?? ''
  }
}

function frameList(frames: readonly Uint8Array[]): FrameList {
  const offsets = [0]
  let size = 0
  for (const frame of frames) {
    size += frame.length
    offsets.push(size)
  }
  const bytes = new Uint8Array(size)
  for (const [index, frame] of frames.entries()) bytes.set(frame, offsets[index])
  return { bytes, offsets }
}
