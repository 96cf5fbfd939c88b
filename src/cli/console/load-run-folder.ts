import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOAD_RUN, type LoadRunView } from '../../host/console/api-types/loads.ts'

const RUN_FILE = 'run.json'
const REPORT_FILE = 'report.html'
const MIX_FILE = 'mix.yaml'
const ID = /^[0-9]{8}T[0-9]{6}-[0-9a-f]{8}$/

/** The loads that were run at a host, each in a folder of its own below the host's; the oldest go. */
export class LoadRunFolder {
  readonly #directory: string
  readonly #keptMax: number

  constructor(directory: string, keptMax: number) {
    this.#directory = directory
    this.#keptMax = keptMax
  }

  /** Newest first. What was under way when the host ended is `interrupted`; what can't be read is left out. */
  read(): readonly LoadRunView[] {
    if (!existsSync(this.#directory)) return []
    const ids = readdirSync(this.#directory).filter((name) => ID.test(name))
    const runs = ids
      .sort()
      .reverse()
      .flatMap((id) => this.#readRun(id))
    return runs.map((run) =>
      run.endedAtMs === null ? { ...run, endedAtMs: run.startedAtMs, status: 'interrupted' as const } : run,
    )
  }

  /** Writes a run whole or not at all, and removes the oldest. */
  write(run: LoadRunView): void {
    const folder = this.#folderOf(run.id)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, RUN_FILE)
    writeFileSync(`${path}.part`, JSON.stringify(run), { mode: 0o600 })
    renameSync(`${path}.part`, path)
    const ids = readdirSync(this.#directory).filter((name) => ID.test(name))
    for (const id of ids.sort().reverse().slice(this.#keptMax))
      rmSync(this.#folderOf(id), { recursive: true, force: true })
  }

  reportFileOf(id: string): string {
    return join(this.#folderOf(id), REPORT_FILE)
  }

  reportOf(id: string): string | undefined {
    const path = this.reportFileOf(id)
    return ID.test(id) && existsSync(path) ? readFileSync(path, 'utf8') : undefined
  }

  /** Puts a mix beside the run and answers its file. */
  writeMix(id: string, text: string): string {
    const path = join(this.#folderOf(id), MIX_FILE)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  #folderOf(id: string): string {
    return join(this.#directory, id)
  }

  #readRun(id: string): readonly LoadRunView[] {
    try {
      const read = LOAD_RUN.safeParse(JSON.parse(readFileSync(join(this.#folderOf(id), RUN_FILE), 'utf8')))
      return read.success ? [read.data] : []
    } catch {
      // A power cut may have left a folder without its run.
      return []
    }
  }
}
