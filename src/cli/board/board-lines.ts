import { invariant } from '../../base/invariant.ts'
import type { LineRequest, LineSource } from '../../terminal/adapters/line-source.ts'
import type { BoardConsole } from './board-commands.ts'

interface Reader {
  readonly request: LineRequest
  readonly done: (line: string | undefined) => void
}

const IDLE: LineRequest = { prompt: '', secret: false }

/**
 * Lines for terminal and board from one keyboard or pipe: the board's commands are done at once, whatever the
 * terminal is at, since it may be waiting for just that card. A pipe's lines keep their order.
 */
export class BoardLines implements LineSource {
  readonly #inner: LineSource
  readonly #board: BoardConsole
  readonly #interactive: boolean
  #reader: Reader | undefined
  /** A line from a pipe that nobody has asked for yet; undefined in it: the end of input. */
  #waiting: { readonly line: string | undefined } | undefined
  #isReading = false
  #isBusy = false
  #failures = 0

  constructor(inner: LineSource, board: BoardConsole, interactive: boolean) {
    this.#inner = inner
    this.#board = board
    this.#interactive = interactive
  }

  /** Board commands that could not be done. */
  get failures(): number {
    return this.#failures
  }

  read(request: LineRequest, done: (line: string | undefined) => void): void {
    invariant(this.#reader === undefined, 'a line is being read')
    this.#reader = { request, done }
    this.#resume()
  }

  withdraw(): void {
    this.#reader = undefined
    this.#resume()
  }

  print(text: string): void {
    this.#inner.print(text)
  }

  close(): void {
    this.#inner.close()
  }

  /** Shows the prompt of whoever reads now, and gives it what has come already. */
  #resume(): void {
    const reader = this.#reader
    const waiting = this.#waiting
    if (reader !== undefined && waiting !== undefined) {
      this.#waiting = waiting.line === undefined ? waiting : undefined
      this.#reader = undefined
      reader.done(waiting.line)
      // The next line may be for the board, which the terminal now waits for.
      if (waiting.line !== undefined && this.#reader === undefined) this.#resume()
      return
    }
    if (waiting !== undefined || this.#isBusy) return
    if (this.#isReading) {
      if (!this.#interactive) return
      this.#inner.withdraw()
    }
    this.#isReading = true
    this.#inner.read(this.#withBoard(reader?.request), (line) => this.#take(line))
  }

  /** Where commands of the terminal are completed, those of the board are too. */
  #withBoard(request: LineRequest | undefined): LineRequest {
    const { complete, ...rest } = request ?? { ...IDLE, complete: () => [] }
    if (complete === undefined) return rest
    return { ...rest, complete: (line) => [...complete(line), ...this.#board.completionsOf(line)] }
  }

  #take(line: string | undefined): void {
    this.#isReading = false
    if (line !== undefined && this.#reader?.request.secret !== true && this.#board.takes(line)) {
      this.#isBusy = true
      void this.#performOnBoard(line)
      return
    }
    const reader = this.#reader
    if (reader !== undefined) {
      this.#reader = undefined
      if (line === undefined) this.#waiting = { line }
      reader.done(line)
      // Board commands are taken while the terminal works, too.
      if (this.#reader === undefined) this.#resume()
    } else if (this.#interactive && line !== undefined) {
      if (line.trim() !== '') this.print('! 终端正忙 the terminal is busy: board commands or Ctrl-C\n')
      this.#resume()
    } else this.#waiting = { line }
  }

  async #performOnBoard(line: string): Promise<void> {
    const isDone = await this.#board.perform(line, !this.#interactive)
    if (!isDone) this.#failures += 1
    this.#isBusy = false
    this.#resume()
  }
}
