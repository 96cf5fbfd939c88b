import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type BenchOptions, type BenchPart, measureOf, requireThat } from '../bench-part.ts'
import type { HostAnswer, HostQuestion } from '../connection-host.ts'
import { KeylessTerminal } from '../keyless-terminal.ts'
import { sampleOf } from '../measure.ts'
import { messageOrEnd } from '../message-or-end.ts'

const HOST = fileURLToPath(new URL('../connection-host.ts', import.meta.url))
/** Connections that are opened at once: fewer than a listener lets wait. */
const WAVE = 250
/** Files beside the connections: database, log, listeners, modules. */
const OTHER_FILES = 200

/** Memory is looked at so often, until it has not changed by more than this for so many looks. */
const LOOK_EVERY_MS = 500
const STEADY_BYTES = 1024 * 1024
const STEADY_LOOKS = 4
const LOOKS_MAX = 40

interface Figures {
  /** Resident bytes of the host process for each connection, after one exchange; at least what its heap has more. */
  readonly residentBytes: number
  readonly heapBytes: number
  /** The same once each terminal has its keys. */
  readonly signedInBytes: number
  readonly signInsPerSecond: number
  readonly failures: number
}

async function ask<Kind extends HostAnswer['kind']>(
  child: ChildProcess,
  kind: Kind,
  question?: HostQuestion,
): Promise<Extract<HostAnswer, { kind: Kind }>> {
  const answered = messageOrEnd(child)
  if (question !== undefined) child.send(question)
  const answer = (await answered) as HostAnswer | undefined
  requireThat(answer?.kind === kind, 'the host of the connections ended early')
  return answer as Extract<HostAnswer, { kind: Kind }>
}

async function openAll(port: number, count: number): Promise<readonly KeylessTerminal[]> {
  const terminals: KeylessTerminal[] = []
  while (terminals.length < count) {
    const size = Math.min(WAVE, count - terminals.length)
    const wave = Array.from({ length: size }, (_, index) =>
      KeylessTerminal.open(port, terminals.length + index),
    )
    terminals.push(...(await Promise.all(wave)))
  }
  return terminals
}

/** One exchange on each, a wave at a time; answers how many failed. */
async function echoAll(terminals: readonly KeylessTerminal[]): Promise<number> {
  let failures = 0
  for (let at = 0; at < terminals.length; at += WAVE) {
    const answers = await Promise.all(terminals.slice(at, at + WAVE).map((terminal) => terminal.echo()))
    failures += answers.filter((isGood) => !isGood).length
  }
  return failures
}

/**
 * Memory of the host once it is steady: threads that the first messages started take seconds to load, and what was
 * collected goes back to the system a moment later. Neither is what a connection costs.
 */
async function steadyMemory(child: ChildProcess): Promise<Extract<HostAnswer, { kind: 'memory' }>> {
  let memory = await ask(child, 'memory', 'memory')
  let steadyLooks = 0
  for (let look = 0; look < LOOKS_MAX && steadyLooks < STEADY_LOOKS; look++) {
    await setTimeout(LOOK_EVERY_MS)
    const next = await ask(child, 'memory', 'memory')
    const isSteady = Math.abs(next.residentBytes - memory.residentBytes) < STEADY_BYTES
    steadyLooks = isSteady ? steadyLooks + 1 : 0
    memory = next
  }
  return memory
}

async function measureHost(child: ChildProcess, count: number): Promise<Figures> {
  const { port } = await ask(child, 'ready')
  // What is loaded and compiled with the first connections is not what a connection costs.
  const first = await openAll(port, WAVE)
  requireThat((await echoAll(first)) === 0, 'an echo test failed')
  for (const terminal of first) terminal.close()
  const before = await steadyMemory(child)
  const terminals = await openAll(port, count)
  requireThat((await echoAll(terminals)) === 0, 'an echo test failed')
  const live = await steadyMemory(child)
  const started = performance.now()
  const answers = await Promise.all(terminals.map((terminal) => terminal.signIn()))
  const seconds = (performance.now() - started) / 1000
  const { count: signedIn } = await ask(child, 'signedIn', 'signedIn')
  requireThat(signedIn === answers.filter((isGood) => isGood).length, 'replies and stored sign-ins differ')
  const after = await steadyMemory(child)
  for (const terminal of terminals) terminal.close()
  const heapBytes = (live.heapBytes - before.heapBytes) / count
  const signedInHeapBytes = (after.heapBytes - before.heapBytes) / count
  return {
    // Connections fill room that was free before as well: the heap's own count is the least that they took.
    residentBytes: Math.max((live.residentBytes - before.residentBytes) / count, heapBytes),
    heapBytes,
    signedInBytes: Math.max((after.residentBytes - before.residentBytes) / count, signedInHeapBytes),
    signInsPerSecond: count / seconds,
    failures: count - signedIn,
  }
}

/** Open files that this system lets a process have. */
function filesMax(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  return Number(/^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY)
}

async function runRounds(
  { quick, folder, progress }: BenchOptions,
  count: number,
): Promise<readonly Figures[]> {
  const rounds = quick ? 1 : 3
  const figures: Figures[] = []
  for (let round = 1; round <= rounds; round++) {
    progress(`${count} terminals, round ${round} of ${rounds}`)
    // A folder of its own: a sign-in of an earlier round is not counted as one of this.
    const child = fork(HOST, [`${folder}/${round}`, String(count)], {
      execArgv: [...process.execArgv, '--expose-gc'],
    })
    try {
      figures.push(await measureHost(child, count))
    } finally {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
      child.kill('SIGTERM')
      await ended
    }
  }
  return figures
}

/** What ten thousand live terminals cost the host, and all of them signing in at once. */
export const connections: BenchPart = {
  async run(options) {
    const count = options.quick ? WAVE : 10_000
    requireThat(
      filesMax() >= count + OTHER_FILES,
      `${count} connections need as many open files, this system gives ${filesMax()}: raise it with ulimit -n`,
    )
    const figures = await runRounds(options, count)
    const sample = (pick: (each: Figures) => number) => sampleOf(figures.map(pick))
    const terminals = count.toLocaleString('en-GB')
    const heap = Math.round(sample(({ heapBytes }) => heapBytes).median)
    return [
      measureOf({
        name: `live connection, ${terminals} of them`,
        unit: 'bytes',
        better: 'lower',
        sample: sample(({ residentBytes }) => residentBytes),
        limit: 6 * 1024,
        note: `resident memory of the host process, after one exchange each; ${heap} of it in JavaScript's hands`,
      }),
      measureOf({
        name: 'the same, signed in with working keys',
        unit: 'bytes',
        better: 'lower',
        sample: sample(({ signedInBytes }) => signedInBytes),
      }),
      measureOf({
        name: `failures in a sign-in storm of ${terminals}`,
        unit: 'failures',
        better: 'lower',
        sample: sample(({ failures }) => failures),
        limit: 0,
        note: 'all requests at once; each reply has its keys and each sign-in is in the books',
      }),
      measureOf({
        name: 'sign-ins in the storm',
        unit: 'a second',
        better: 'higher',
        sample: sample(({ signInsPerSecond }) => signInsPerSecond),
      }),
    ]
  },
}
