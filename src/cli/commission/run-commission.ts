import { statfs } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { runCommissioning } from '../../terminal/adapters/commissioning/commissioning-run.ts'
import type { CommissioningSite } from '../../terminal/adapters/commissioning/commissioning-site.ts'
import { deliverEvidence } from '../../terminal/adapters/commissioning/deliver-evidence.ts'
import { EvidenceStore } from '../../terminal/adapters/evidence-store.ts'
import type { LineStreams } from '../../terminal/adapters/line-source.ts'
import type {
  CommissioningStep,
  Reason,
  StepEvidence,
} from '../../terminal/flows/commissioning/step-evidence.ts'
import { Finding } from '../failure.ts'
import { releaseVersion } from '../release.ts'
import { describeEvent } from './commission-output.ts'
import type { CommissionRig } from './commission-rig.ts'
import { openEmulatedRig } from './open-emulated-rig.ts'
import { openRealRig, type RealBoard } from './open-real-rig.ts'

export interface CommissionOptions {
  /** With `board`: of the terminal; else the folder of host, board and terminal, as `tillwire up` has it. */
  readonly data: string
  /** A real board, or one that runs by itself; undefined: everything is emulated, nobody is needed. */
  readonly board: RealBoard | undefined
  readonly steps: readonly CommissioningStep[]
  readonly again: boolean
  readonly echoCount: number
  readonly soakSeconds: number
  readonly json: boolean
  /** Gets the evidence at the end. */
  readonly consoleUrl?: string
  /** Where an activation code is good. */
  readonly activationUrl: string
  readonly streams: Pick<LineStreams, 'input' | 'output'>
}

/** @throws {Finding} when a step did not pass, {UsageFailure} for what can't be done as asked. */
export async function runCommission(options: CommissionOptions): Promise<void> {
  let isStopped = false
  let rig: CommissionRig | undefined
  const stop = (): void => {
    isStopped = true
    rig?.terminal.cancel()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    rig =
      options.board === undefined
        ? await openEmulatedRig(options.data)
        : await openRealRig({ ...options, ...options.board })
    const evidence = await commissionOn(rig, options, () => isStopped)
    if (isStopped) throw new Finding('stopped before the end: start it again, it goes on with the next step')
    if (options.consoleUrl !== undefined) await submit(rig, options, options.consoleUrl)
    const failed = evidence.filter(({ verdict }) => verdict === 'failed')
    if (failed.length > 0)
      throw new Finding(
        `${failed.length} of ${evidence.length} steps did not pass: ${failed.map(({ step }) => step).join(', ')}`,
      )
  } finally {
    await rig?.close()
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}

/** @throws {Finding} when the host does not take it, or finds something wrong in it. */
async function submit(
  { terminal, directory }: CommissionRig,
  { streams, json }: CommissionOptions,
  consoleUrl: string,
): Promise<void> {
  const store = new EvidenceStore(directory)
  const parts = { terminal, store, consoleUrl, softwareVersion: releaseVersion(), nowMs: Date.now }
  const sent = await deliverEvidence(parts, true).finally(() => store.close())
  if (sent === undefined) return
  if (!sent.ok) throw new Finding(`${sent.error.en} ${sent.error.zh}`)
  const { failed, missing } = sent.value
  if (json) streams.output.write(`${JSON.stringify({ kind: 'submitted', failed, missing })}\n`)
  else streams.output.write(missingText(missing))
  if (failed.length > 0)
    throw new Finding(`the host does not accept ${failed.map(({ step }) => step).join(', ')}`)
}

function missingText(missing: readonly Reason[]): string {
  if (missing.length === 0)
    return '证据齐全：请在控制台签发验收报告，然后正式启用\nNothing is missing: sign the report in the console, then let the terminal go live\n'
  const lines = missing.map(({ zh, en }) => `   ! ${zh}\n     ${en}\n`)
  return `启用前还缺  Missing before it may go live:\n${lines.join('')}`
}

async function commissionOn(
  { terminal, customers, directory, operator }: CommissionRig,
  { json, streams, steps, again, echoCount, soakSeconds }: CommissionOptions,
  isStopped: () => boolean,
): Promise<readonly StepEvidence[]> {
  const store = new EvidenceStore(directory)
  try {
    if (terminal.state.loggedOn === undefined)
      await terminal.run({ kind: 'logOn', ...(operator === undefined ? {} : { operator }) })
    const site: CommissioningSite = {
      terminal,
      store,
      customers,
      softwareVersion: releaseVersion(),
      nowMs: Date.now,
      elapsedMs: () => performance.now(),
      memoryBytes: () => process.memoryUsage().rss,
      processOf: 'terminal',
      freeBytes: async () => {
        const { bavail, bsize } = await statfs(directory)
        return bavail * bsize
      },
      echoCount,
      soakSeconds,
      tell: (event) => void streams.output.write(describeEvent(event, json)),
      isStopped,
    }
    return await runCommissioning(site, { steps, again })
  } finally {
    store.close()
  }
}
