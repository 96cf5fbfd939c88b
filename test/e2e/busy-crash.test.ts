import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setUpBenchEstate } from '../../bench/authorise/bench-estate.ts'
import type { FrameList } from '../../bench/authorise/closed-loop.ts'
import { FrameMaker } from '../../bench/authorise/frame-maker.ts'
import { openHostRecords } from '../../src/host/service/open-host.ts'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { StreamSplitter } from '../../src/iso8583/framing/stream-splitter.ts'
import { UNIONPAY_POS } from '../../src/iso8583/specs/unionpay-pos.ts'
import { programArguments } from '../compiled/compiled-program.ts'

const HOST = new URL('../../bench/authorise/host-child.ts', import.meta.url)
const CONNECTIONS = 8
const OUTSTANDING = 32
const codec = compileSpec(UNIONPAY_POS)
/** TPDU and header. */
const ENVELOPE_SIZE = 11

let folder: string
let child: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillwire-busy-'))
})
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

async function startHost(): Promise<number> {
  child = spawn(process.execPath, [...programArguments(HOST), folder, 'sqlite'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [said] = (await once(child, 'message')) as [{ readonly port: number }]
  return said.port
}

/** Keeps requests on their way until the line ends; `approved` hears the record number of each approval. */
function sellUntilCut(
  port: number,
  { bytes, offsets }: FrameList,
  approved: (rrn: number) => void,
): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const splitter = new StreamSplitter({ prefix: 'binary2', frameSizeMax: 8192 })
  let next = 0
  const send = (count: number): void => {
    const last = Math.min(next + count, offsets.length - 1)
    if (last > next) socket.write(bytes.subarray(offsets[next], offsets[last]))
    next = last
  }
  socket.on('connect', () => send(OUTSTANDING))
  socket.on('error', () => {})
  socket.on('data', (chunk: Uint8Array) => {
    let count = 0
    for (const item of splitter.push(chunk)) {
      if (item.kind !== 'frame') continue
      count++
      const reply = codec.decode(item.frame, ENVELOPE_SIZE)
      if (reply.ok && reply.value.fields[39] === '00') approved(Number(reply.value.fields[37]))
    }
    send(count)
  })
  return new Promise((closed) => socket.on('close', () => closed()))
}

describe('a busy host that is killed', () => {
  it.each([8000, 11_000, 14_000])(
    'has every approval that it gave on its disk: after %i',
    async (killAfter) => {
      const records = openHostRecords(folder)
      const estate = setUpBenchEstate(records, { terminalCount: 40, cardCount: 80 })
      records.close()
      const port = await startHost()
      const maker = new FrameMaker(estate, CONNECTIONS)
      await maker.signIn(port)
      const lists = maker.sales('stripe', 24_000)
      const approved: number[] = []
      await Promise.all(
        lists.map((list) =>
          sellUntilCut(port, list, (rrn) => {
            approved.push(rrn)
            if (approved.length === killAfter) child?.kill('SIGKILL')
          }),
        ),
      )
      expect(approved.length).toBeGreaterThanOrEqual(killAfter)
      const after = openHostRecords(folder)
      try {
        const rows = after.store.listTransactions({ limit: 100_000 })
        const kept = new Set(rows.filter(({ state }) => state === 'approved').map(({ id }) => id))
        expect(approved.filter((rrn) => !kept.has(rrn))).toEqual([])
        // What was decided and not answered may be there too, never more than was on its way.
        expect(kept.size - approved.length).toBeLessThanOrEqual(CONNECTIONS * OUTSTANDING)
        expect(after.store.checkBooks()).toEqual([])
      } finally {
        after.close()
      }
    },
  )
})
