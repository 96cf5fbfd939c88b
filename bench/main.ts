import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BenchArguments, readArguments } from './arguments.ts'
import { BenchFailure } from './bench-part.ts'
import { compareResults, incomparable, regressionLine } from './compare.ts'
import { machine } from './machine.ts'
import { PARTS } from './parts.ts'
import { plotResults } from './plot.ts'
import { quotedLines } from './quoted.ts'
import { mergeResults, type Results, readResults } from './results.ts'
import { runPart, stopParts } from './run-part.ts'
import { tableOf } from './table.ts'

const RESULTS_FILE = 'results.json'
const PLOT_FILE = 'results.svg'

async function main(argv: readonly string[]): Promise<number> {
  const asked = readArguments(argv, import.meta.dirname)
  if (typeof asked === 'number') return asked
  const before = asked.against === undefined ? undefined : earlierResults(asked.against)
  if (typeof before === 'string') {
    process.stderr.write(`bench: ${asked.against}: ${before}\n`)
    return 2
  }
  const unlike = before === undefined ? undefined : incomparable(before, asked)
  const complaint =
    unlike === undefined
      ? asked.out === undefined
        ? undefined
        : unwritable(asked.out)
      : `${asked.against}: ${unlike}`
  if (complaint !== undefined) {
    process.stderr.write(`bench: ${complaint}\n`)
    return 2
  }
  const results = await measureAll(asked)
  if (asked.json) process.stdout.write(`${JSON.stringify(results)}\n`)
  if (asked.out !== undefined) writeFiles(asked.out, results)
  if (before === undefined) return 0
  const regressions = compareResults(before, results)
  for (const regression of regressions) process.stderr.write(`worse: ${regressionLine(regression)}\n`)
  return regressions.length === 0 ? 0 : 1
}

async function measureAll({ parts, quick, json }: BenchArguments): Promise<Results> {
  const measured: Results['parts'] = []
  for (const part of parts) {
    const show = progressLine(part)
    show('starts')
    const results = await runPart(part, quick, show).finally(() => show(''))
    measured.push(results)
    if (json) continue
    process.stdout.write(`${tableOf(results)}\n`)
    if (part === 'codec') process.stdout.write(`${quotedLines().join('\n')}\n`)
    process.stdout.write('\n')
  }
  return { ...machine(), parts: measured }
}

/** What is being done, on a terminal only; an empty text takes the line away. */
function progressLine(part: string): (text: string) => void {
  if (!process.stderr.isTTY) return () => {}
  return (text) => process.stderr.write(text === '' ? '\r\u001b[K' : `\r\u001b[K${part}: ${text}`)
}

/** Results of a file, or one line that says why it holds none. */
function earlierResults(path: string): Results | string {
  try {
    return readResults(readFileSync(path, 'utf8'))
  } catch {
    return 'it can not be read'
  }
}

/** Tried before minutes are spent on results that would have nowhere to go. */
function unwritable(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    return `--out: ${folder} can not be written (${code}): give a folder`
  }
}

function writeFiles(folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, RESULTS_FILE)
  const before = earlierResults(path)
  const { parts, ...rest } = mergeResults(typeof before === 'string' ? undefined : before, results)
  const order = Object.keys(PARTS)
  const merged = { ...rest, parts: parts.toSorted((a, b) => order.indexOf(a.part) - order.indexOf(b.part)) }
  writeFileSync(path, `${JSON.stringify(merged, null, 2)}\n`)
  writeFileSync(join(folder, PLOT_FILE), plotResults(merged))
}

// A reader that closes early (`npm run bench | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
})

let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true
    stopParts()
  })
}
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof BenchFailure)) throw error
  process.stderr.write(interrupted ? 'bench: stopped\n' : `bench: ${error.message}\n`)
  process.exitCode = interrupted ? 130 : 1
}
