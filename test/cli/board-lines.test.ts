import { describe, expect, it } from 'vitest'
import type { BoardConsole } from '../../src/cli/board/board-commands.ts'
import { BoardLines } from '../../src/cli/board/board-lines.ts'
import type { LineRequest, LineSource } from '../../src/terminal/adapters/line-source.ts'

/** Lines from a list, one for each read; what is read beyond them waits. */
class ListedLines implements LineSource {
  readonly #lines: string[]
  readonly printed: string[] = []
  readonly prompts: string[] = []
  #open: ((line: string | undefined) => void) | undefined

  constructor(lines: readonly string[]) {
    this.#lines = [...lines]
  }

  read(request: LineRequest, done: (line: string | undefined) => void): void {
    this.prompts.push(request.prompt)
    const line = this.#lines.shift()
    if (line === undefined) this.#open = done
    else done(line)
  }

  type(line: string): void {
    const open = this.#open
    this.#open = undefined
    open?.(line)
  }

  withdraw(): void {
    this.#open = undefined
  }

  print(text: string): void {
    this.printed.push(text)
  }

  close(): void {}
}

function boardThatTakes(...commands: readonly string[]) {
  const performed: string[] = []
  const board: Pick<BoardConsole, 'takes' | 'perform'> = {
    takes: (line) => commands.includes(line),
    perform: async (line) => {
      performed.push(line)
      return true
    },
  }
  // Only these two are used of it.
  return { performed, board: board as BoardConsole }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('lines for terminal and board', () => {
  it('a pipe: the board gets its line while the terminal works on the one before, in their order', async () => {
    const inner = new ListedLines(['sale', 'insert', 'sale again', 'swipe'])
    const { performed, board } = boardThatTakes('insert', 'swipe')
    const lines = new BoardLines(inner, board, false)
    const taken: (string | undefined)[] = []
    const read = (): void => lines.read({ prompt: '> ', secret: false }, (line) => taken.push(line))
    read()
    await settled()
    expect([taken, performed]).toEqual([['sale'], ['insert']])
    read()
    await settled()
    expect([taken, performed]).toEqual([
      ['sale', 'sale again'],
      ['insert', 'swipe'],
    ])
  })

  it('a keyboard: what nobody asked for is not kept, board commands are done at once', async () => {
    const inner = new ListedLines([])
    const { performed, board } = boardThatTakes('insert')
    const lines = new BoardLines(inner, board, true)
    const taken: (string | undefined)[] = []
    lines.read({ prompt: '> ', secret: false }, (line) => taken.push(line))
    inner.type('sale')
    inner.type('another sale')
    expect(inner.printed.join('')).toContain('busy')
    inner.type('insert')
    await settled()
    expect([taken, performed]).toEqual([['sale'], ['insert']])
    lines.read({ prompt: '01> ', secret: false }, (line) => taken.push(line))
    expect(inner.prompts.at(-1)).toBe('01> ')
    inner.type('settle')
    expect(taken).toEqual(['sale', 'settle'])
  })

  it('a password is never taken for a command of the board', () => {
    const inner = new ListedLines([])
    const { performed, board } = boardThatTakes('insert')
    const lines = new BoardLines(inner, board, true)
    const taken: (string | undefined)[] = []
    lines.read({ prompt: '', secret: true }, (line) => taken.push(line))
    inner.type('insert')
    expect([taken, performed]).toEqual([['insert'], []])
  })
})
