import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runBoard } from '../../src/cli/board/run-board.ts'
import { Finding } from '../../src/cli/failure.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-board-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('a board that a program drives', () => {
  it('does piped commands at once when it is asked to: what is not possible is refused, not waited for', async () => {
    const input = new PassThrough()
    const output = new PassThrough()
    const said = text(output)
    input.end('keys 1234#\nremove\nquit\n')
    const options = {
      directory,
      cardsDirectory: directory,
      baudRate: undefined,
      sharedLine: false,
      json: true,
      recorder: undefined,
    }
    await expect(runBoard({ ...options, atOnce: true }, { input, output })).rejects.toThrow(Finding)
    output.end()
    expect((await said).split('\n').filter((line) => line.startsWith('!'))).toEqual([
      '! the PIN pad is not asking for a PIN',
      '! there is no card in the reader',
    ])
  }, 15_000)
})
