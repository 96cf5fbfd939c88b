import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../sim/world/seeded-random.ts'
import { CoverageMap } from './coverage-map.ts'
import { FuzzLoop } from './fuzz-loop.ts'
import { parseFuzzOptions } from './fuzz-options.ts'
import { type FuzzTarget, must } from './fuzz-target.ts'
import { readInputs } from './input-folder.ts'
import { instrumentFunctionBody, instrumentModule } from './instrument.ts'
import { judge } from './judge.ts'
import { loadTarget } from './load-target.ts'
import { minimise } from './minimise.ts'
import { TARGET_NAMES } from './target-names.ts'

const SEED = 20_261_127
const BURST = 60
const UNWATCHED = { begin() {}, rest() {} }

describe('fuzz targets', () => {
  it.each(TARGET_NAMES)('%s takes what once broke it, its corpus and a short burst', async (name) => {
    const target = await loadTarget(name)
    const kept = (['found', 'corpus'] as const).flatMap((folder) => readInputs(folder, name))
    expect(kept.length, 'kept inputs').toBeGreaterThan(0)
    const loop = new FuzzLoop(target, new CoverageMap(), new SeededRandom(SEED), UNWATCHED)
    const known = [...target.seeds(), ...kept.map(({ bytes }) => bytes)].map((input) => loop.offer(input))
    const fresh = Array.from({ length: BURST }, () => loop.step().complaint)
    // Slowness is the fuzzer's to judge: here other tests run beside this one.
    const complaints = [...known, ...fresh].filter((each) => each !== undefined && each.kind !== 'slow')
    expect(complaints).toEqual([])
  })
})

/** Breaks on `TW`, then a byte above 7F: three decisions deep, which chance alone hardly finds. */
const MAZE = `export function maze(bytes: Uint8Array): void {
  if (bytes[0] === 0x54) {
    if (bytes[1] === 0x57) {
      if ((bytes[2] ?? 0) > 0x7f) throw new Error('found')
    }
  }
}`

describe('fuzzer', () => {
  it('finds by coverage what stands behind decisions, and makes it short', () => {
    const map = new CoverageMap()
    map.install()
    const source = instrumentModule(MAZE).replace('export function', 'return function')
    const maze = new Function(source)() as (bytes: Uint8Array) => void
    const target: FuzzTarget = { sizeMax: 64, seeds: () => [new Uint8Array(8)], run: maze }
    const loop = new FuzzLoop(target, map, new SeededRandom(SEED), UNWATCHED)
    loop.offer(new Uint8Array(8))
    let found: Uint8Array | undefined
    for (let step = 0; step < 200_000 && found === undefined; step++) {
      const { input, complaint } = loop.step()
      if (complaint?.kind === 'threw') found = input
    }
    if (found === undefined) throw new Error('nothing found')
    const least = minimise(found, (input) => judge(target, input) !== undefined)
    expect([...least.subarray(0, 2)]).toEqual([0x54, 0x57])
    expect(least.length).toBe(3)
    expect(loop.cover().length).toBeLessThanOrEqual(4)
  })

  it('tells an exception, an oracle that does not hold, memory, and time', () => {
    const run = (body: (input: Uint8Array) => void) =>
      judge({ sizeMax: 9, seeds: () => [], run: body }, new Uint8Array(1))
    expect(run(() => {})).toBeUndefined()
    expect(run(() => must(false, 'no'))?.reason).toMatch(/^OracleFailure: no/)
    expect(run(() => JSON.parse('{'))?.kind).toBe('threw')
    const kept: Uint8Array[] = []
    expect(run(() => kept.push(new Uint8Array(80 * 1024 * 1024)))?.kind).toBe('memory')
    const endless = () => {
      const endMs = performance.now() + 60
      while (performance.now() < endMs);
    }
    expect(run(endless)?.kind).toBe('slow')
  })

  it('counts the blocks of code that is made from text', () => {
    const map = new CoverageMap()
    map.install()
    const body = instrumentFunctionBody(
      'return function (a) { if (a > 1) { return 1 } return a === 1 ? 2 : 3 }',
    )
    const made = new Function(body)() as (a: number) => number
    map.begin()
    expect([made(0), map.takeNews(), made(0), map.takeNews()]).toEqual([3, true, 3, true])
    map.begin()
    expect([made(2), map.takeNews()]).toEqual([1, true])
    expect(map.seenCount).toBe(3)
  })

  it('reads its options, and refuses bad ones in one sentence', () => {
    expect(
      parseFuzzOptions(['--minutes', '2', '--target', 'dol', '--seed', '7', '--workers', '1'], 0),
    ).toEqual({
      kind: 'fuzz',
      campaign: { targets: ['dol'], minutes: 2, executions: Number.MAX_SAFE_INTEGER, seed: 7, workers: 1 },
      json: false,
    })
    for (const words of [
      ['--minutes', '0'],
      ['--target', 'nothing'],
      ['--workers', 'x'],
      ['--strange'],
      ['--replay', 'x'],
    ])
      expect(typeof parseFuzzOptions(words, 0), words.join(' ')).toBe('string')
  })
})
