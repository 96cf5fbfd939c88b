import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareEstate } from '../../src/cli/load/prepare-estate.ts'
import { type Host, openHost } from '../../src/host/service/open-host.ts'
import { parseMix } from '../../src/load/load-mix.ts'
import type { LoadTick } from '../../src/load/load-tick.ts'
import { runShare } from '../../src/load/run-share.ts'
import type { LoadEstate } from '../../src/load/unionpay/load-estate.ts'
import { MIX_KINDS } from '../../src/load/unionpay/load-kind.ts'
import { unionPayCast, usedTerminal } from '../../src/load/unionpay/unionpay-cast.ts'
import { faultsOf, sumOf } from './tiny-host.ts'

let directory: string
let host: Host
let estate: LoadEstate
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-faults-'))
  estate = await prepareEstate(directory, 3)
  host = await openHost({
    dataDirectory: directory,
    ports: { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 },
    log: pino({ level: 'silent' }),
  })
})
afterAll(async () => {
  await host.close()
  rmSync(directory, { recursive: true })
})

/** A load whose sales all have one amount: the test host forces what belongs to it. */
async function loadWith(weights: object, amountMinor: number, settleAfter?: number) {
  const mix = parseMix(
    {
      weights,
      amounts: { leastMinor: amountMinor, mostMinor: amountMinor },
      allowTestAmounts: true,
      ...(settleAfter === undefined ? {} : { settleAfter }),
    },
    MIX_KINDS,
  )
  if (!mix.ok) throw new Error(mix.error)
  const cast = unionPayCast({ estate, mix: mix.value, index: 0, workers: 1, seed: 3 })
  if (!cast.ok) throw new Error(cast.error)
  const ticks: LoadTick[] = []
  const share = runShare(
    {
      index: 0,
      workers: 1,
      seed: 3,
      firstNumber: 1,
      address: { host: '127.0.0.1', port: host.ports['unionpay-pos'] },
      subject: { kind: 'estate', file: '' },
      mixFile: undefined,
      connections: 1,
      pacing: { kind: 'closed', outstanding: 3 },
      timeoutMs: 400,
      durationMs: 900,
      warmupMs: 0,
    },
    cast.value,
    (tick) => ticks.push(tick),
  )
  const { failure, result } = await share.end
  const used = new Map(cast.value.used().map((each) => [each.tid, each]))
  estate = {
    ...estate,
    terminals: estate.terminals.map((terminal) => {
      const use = used.get(terminal.tid)
      return use === undefined ? terminal : usedTerminal(terminal, use)
    }),
  }
  expect(failure).toBeUndefined()
  return { ticks, kinds: new Map(result.kinds.map((kind) => [kind.name, kind])) }
}

describe('what the test host does on purpose is told by its kind', () => {
  it.each([
    ['done and recorded, but no answer', 770_301, 'saleStripe', 'noReply'],
    ['an answer with a wrong MAC', 770_401, 'saleStripe', 'wrongMac'],
    ['an answer to another trace number', 770_402, 'saleStripe', 'unmatched'],
    ['a dropped connection', 770_304, 'saleStripe', 'closed'],
    ['an answer that the card refuses', 770_404, 'saleChipPin', 'wrongArpc'],
  ])('%s', async (_words, amountMinor, kind, fault) => {
    const { ticks, kinds } = await loadWith({ [kind]: 1 }, amountMinor)
    expect(Object.keys(faultsOf(ticks))).toEqual([fault])
    expect(kinds.get(kind)?.failed).toBe(kinds.get(kind)?.sent)
    // Each of them owes its reversal, and the host takes it.
    expect(kinds.get('reversal')?.approved).toBeGreaterThan(0)
    expect(host.checkBooks()).toEqual([])
  })

  it('a decline by response code is none of them', async () => {
    const { ticks } = await loadWith({ saleStripe: 1 }, 770_051)
    expect(faultsOf(ticks)).toEqual({})
    expect(sumOf(ticks, ({ declined }) => declined)).toBeGreaterThan(0)
    expect(Object.keys(ticks[0]?.codes ?? {})).toEqual(['51'])
  })

  it('a day without faults settles in balance, again and again', async () => {
    const weights = Object.fromEntries(MIX_KINDS.map((kind) => [kind, kind === 'settlement' ? 0 : 1]))
    const { ticks, kinds } = await loadWith(weights, 1234, 25)
    expect(faultsOf(ticks)).toEqual({})
    expect(sumOf(ticks, ({ declined }) => declined)).toBe(0)
    expect(kinds.get('settlement')?.approved).toBeGreaterThan(1)
    expect(kinds.get('batchEnd')?.approved).toBeGreaterThan(1)
    expect(host.checkBooks()).toEqual([])
    const batches = estate.terminals.map(({ openBatch }) => openBatch)
    expect(batches.map((batch) => batch?.isCertain)).toEqual([true, true, true])
  })

  it('the next load goes on in the batch that this one left open', async () => {
    const before = estate.terminals.map(({ openBatch }) => openBatch?.number)
    await loadWith({ saleStripe: 1, saleChip: 1 }, 1234)
    expect(estate.terminals.map(({ openBatch }) => openBatch?.number)).toEqual(before)
    expect(estate.terminals[0]?.openBatch?.totals.debitCount).toBeGreaterThan(25)
    const { ticks, kinds } = await loadWith({ settlement: 1, balance: 1 }, 1234)
    expect(faultsOf(ticks)).toEqual({})
    expect(kinds.get('settlement')?.approved).toBeGreaterThan(2)
  })
})
