import { createHash } from 'node:crypto'
import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'

/** How far the journal had come: its last record and that record's link in the chain. */
export interface HeadMark {
  readonly sequence: number
  /** 64 hexadecimal digits. */
  readonly link: string
}

const FORMAT = /^tillwire-journal-head 1 (\d{12}) ([0-9a-f]{64}) ([0-9a-f]{16})\n/

/**
 * The small file beside the journal that says how far the journal had come.
 *
 * SQLite takes a damaged end of its write-ahead log for an unfinished transaction and drops it in silence;
 * an older copy of the database looks whole as well. Written after each commit and not synchronised, this
 * mark is never ahead of the disk's journal after a power cut, and is exact after a crash of the process.
 */
export class JournalHead {
  readonly #file: number

  /** Opens or creates the file at `path`, mode 0600. Throws the system's error. */
  constructor(path: string) {
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
  }

  /** Always the same size and at the same place: never a half-written file. */
  write(mark: HeadMark): void {
    const text = `tillwire-journal-head 1 ${String(mark.sequence).padStart(12, '0')} ${mark.link}`
    writeSync(this.#file, `${text} ${checkOf(text)}\n`, 0, 'latin1')
  }

  close(): void {
    try {
      fsyncSync(this.#file)
    } finally {
      closeSync(this.#file)
    }
  }
}

/** The mark at `path`; undefined when there is none; `damaged` when it is not readable as one. */
export function readHead(path: string): HeadMark | 'damaged' | undefined {
  let text: string
  try {
    text = readFileSync(path, 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  // Empty: made, and the power went before the first mark.
  if (text === '') return undefined
  const match = FORMAT.exec(text)
  if (match === null) return 'damaged'
  const [, sequence = '', link = '', check] = match
  if (checkOf(match[0].slice(0, match[0].lastIndexOf(' '))) !== check) return 'damaged'
  return { sequence: Number(sequence), link }
}

function checkOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
