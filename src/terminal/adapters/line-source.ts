import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { invariant } from '../../base/invariant.ts'

export interface LineRequest {
  readonly prompt: string
  /** Shown as stars, and kept out of the history. */
  readonly secret: boolean
  /** What the word that is being typed may become; nothing is offered without it. */
  readonly complete?: (line: string) => readonly string[]
}

/** Where commands and answers come from, line by line. */
export interface LineSource {
  /** The next line, or undefined at the end of input. One reader at a time. */
  read(request: LineRequest, done: (line: string | undefined) => void): void
  /** Takes the open request back; what is typed later goes to the next one. */
  withdraw(): void
  /** Writes above the line that is being typed. */
  print(text: string): void
  close(): void
}

export interface LineStreams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
  /** Ctrl-C at a prompt; a piped program gets the signal instead. */
  readonly interrupted: () => void
}

/** To the end of the line. */
const ERASE = '\u001b[K'

interface Reader {
  readonly request: LineRequest
  readonly done: (line: string | undefined) => void
}

/**
 * Lines of a keyboard, or of a pipe. From a pipe every line waits for its reader; at a keyboard what is typed
 * while nobody asks is dropped, so that no question is answered by a key that was pressed before it was seen.
 */
export class ReadlineSource implements LineSource {
  readonly #interface: Interface
  readonly #output: NodeJS.WritableStream
  readonly #interactive: boolean
  readonly #waiting: string[] = []
  #reader: Reader | undefined
  #ended = false

  constructor({ input, output, interrupted }: LineStreams) {
    this.#output = output
    this.#interactive = input.isTTY === true
    const echo = new Writable({
      write: (chunk: Uint8Array, _encoding, next) => {
        this.#echo(String(chunk))
        next()
      },
    })
    this.#interface = createInterface({
      input,
      output: this.#interactive ? echo : undefined,
      terminal: this.#interactive,
      historySize: this.#interactive ? 100 : 0,
      completer: (line: string) => this.#completed(line),
    })
    this.#interface.on('line', (line) => this.#take(line))
    this.#interface.on('history', (history: string[]) => {
      if (this.#reader?.request.secret === true) history.shift()
    })
    this.#interface.on('SIGINT', interrupted)
    this.#interface.on('close', () => this.#end())
  }

  read(request: LineRequest, done: (line: string | undefined) => void): void {
    invariant(this.#reader === undefined, 'a line is being read')
    const line = this.#waiting.shift()
    if (line !== undefined || this.#ended) {
      done(line)
      return
    }
    this.#reader = { request, done }
    this.#prompt()
  }

  withdraw(): void {
    if (this.#reader === undefined) return
    this.#reader = undefined
    if (!this.#interactive) return
    this.#output.write('\n')
    // What was typed so far belongs to the question that is gone.
    this.#interface.write(null, { ctrl: true, name: 'u' })
  }

  print(text: string): void {
    if (!this.#interactive || this.#reader === undefined) {
      this.#output.write(text)
      return
    }
    this.#output.write(`\r${ERASE}${text}`)
    this.#interface.prompt(true)
  }

  close(): void {
    this.#interface.close()
  }

  #prompt(): void {
    const { request } = this.#reader ?? {}
    if (!this.#interactive || request === undefined) return
    this.#interface.setPrompt(request.prompt)
    this.#interface.prompt()
  }

  /** For the tab key: what there is, and the word that it takes the place of. */
  #completed(line: string): [string[], string] {
    const found = this.#reader?.request.complete?.(line) ?? []
    return [found.map((each) => `${each} `), line.split(/\s+/).at(-1) ?? '']
  }

  #take(line: string): void {
    const reader = this.#reader
    if (reader === undefined) {
      if (!this.#interactive) this.#waiting.push(line)
      return
    }
    this.#reader = undefined
    reader.done(line)
  }

  /** What readline would show; of a secret only how long it is. */
  #echo(text: string): void {
    const { request } = this.#reader ?? {}
    const isLineEnd = text === '\r\n' || text === '\n'
    if (request?.secret !== true || isLineEnd) this.#output.write(text)
    else this.#output.write(`\r${ERASE}${request.prompt}${'*'.repeat(this.#interface.line.length)}`)
  }

  #end(): void {
    this.#ended = true
    const reader = this.#reader
    this.#reader = undefined
    reader?.done(undefined)
  }
}
