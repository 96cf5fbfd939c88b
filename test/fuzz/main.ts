import { readFileSync } from 'node:fs'
import { Campaign, type CampaignOptions } from './campaign.ts'
import { parseFuzzOptions, USAGE } from './fuzz-options.ts'
import { outcomeJson, outcomeTable, perSecond } from './fuzz-report.ts'
import type { Progress } from './orders.ts'
import { TARGET_NAMES } from './target-names.ts'
import { WorkerHandle } from './worker-handle.ts'

// `npm run fuzz`: reads its options, runs the campaign, says what came of it.

const PROGRESS_MS = 1000

async function main(): Promise<number> {
  const options = parseFuzzOptions(process.argv.slice(2), Date.now())
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${USAGE}`)
    return 2
  }
  switch (options.kind) {
    case 'help':
      process.stdout.write(USAGE)
      return 0
    case 'list':
      process.stdout.write(`${TARGET_NAMES.join('\n')}\n`)
      return 0
    case 'replay':
      return await replay(options.target, options.path)
    case 'fuzz':
      return await fuzz(options.campaign, options.json)
  }
}

async function replay(target: string, path: string): Promise<number> {
  let input: Uint8Array
  try {
    input = Uint8Array.from(readFileSync(path))
  } catch {
    process.stderr.write(`cannot read ${path}\n`)
    return 2
  }
  const complaints: string[] = []
  const orders = { target, seed: 0, worker: 0, executions: 0, milliseconds: 0, replay: [input] }
  const end = await new WorkerHandle(orders, (report) => {
    if (report.kind === 'found') complaints.push(`${report.complaint.kind}: ${report.complaint.reason}`)
  }).ended
  if (end.kind !== 'ended') complaints.push(`${end.kind}: ${end.reason}`)
  for (const complaint of complaints) process.stdout.write(`${complaint}\n`)
  if (complaints.length > 0) return 1
  process.stdout.write(`${target} takes it well\n`)
  return 0
}

async function fuzz(options: CampaignOptions, json: boolean): Promise<number> {
  const campaign = new Campaign(options, progressLine(options))
  let interrupts = 0
  process.on('SIGINT', () => {
    interrupts++
    if (interrupts > 1) process.exit(130)
    process.stderr.write('\nending; the corpus is kept\n')
    campaign.stop()
  })
  const outcomes = await campaign.run()
  if (process.stderr.isTTY) process.stderr.write('\n')
  process.stdout.write(json ? outcomeJson(options, outcomes) : outcomeTable(outcomes))
  return outcomes.some(({ found }) => found.length > 0) ? 1 : 0
}

/** One line that is written over on a terminal, and a line now and then elsewhere. */
function progressLine({
  targets,
}: CampaignOptions): (target: string, progress: Progress, found: number) => void {
  const all = new Map<string, { readonly progress: Progress; readonly found: number }>()
  let saidMs = 0
  return (target, progress, found) => {
    all.set(target, { progress, found })
    const nowMs = Date.now()
    if (nowMs - saidMs < (process.stderr.isTTY ? PROGRESS_MS : 30 * PROGRESS_MS)) return
    saidMs = nowMs
    let executions = 0
    let cases = 0
    for (const each of all.values()) {
      executions += each.progress.executions
      cases += each.found
    }
    const { pool, blocks, elapsedMs } = progress
    const line =
      `${all.size}/${targets.length} ${target}: ${progress.executions} executions, ` +
      `${perSecond(progress.executions, elapsedMs)} a second, pool ${pool}, ${blocks} blocks; ` +
      `all ${executions}, found ${cases}`
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`)
  }
}

process.exitCode = await main()
