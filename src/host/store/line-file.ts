import { closeSync, openSync, readSync } from 'node:fs'

const PIECE_SIZE = 1024 * 1024
const LINE_FEED = 0x0a

/** The lines of a text file, one after the other: it may be larger than the memory. Each ends with a line feed. */
export function* readLines(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    const piece = Buffer.alloc(PIECE_SIZE)
    let rest = Buffer.alloc(0)
    for (let count = 1; count > 0; ) {
      count = readSync(file, piece, 0, PIECE_SIZE, null)
      const bytes = Buffer.concat([rest, piece.subarray(0, count)])
      let start = 0
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
        yield bytes.toString('utf8', start, end)
        start = end + 1
      }
      rest = bytes.subarray(start)
    }
  } finally {
    closeSync(file)
  }
}
