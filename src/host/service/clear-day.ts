import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ClearingRun } from '../core/clearing.ts'
import type { ClearingRequest, ClearingStore } from '../core/clearing-port.ts'
import { clearingFileName, writeClearingFile } from './clearing-file.ts'

export interface ClearDayOptions {
  readonly clearing: ClearingStore
  readonly request: ClearingRequest
  /** Folder for files; made when it is not there. */
  readonly folder: string
  /** File of this run; a file in `folder` when undefined. */
  readonly file: string | undefined
  readonly acquirer: string
}

export interface FiledRun {
  readonly run: ClearingRun
  readonly path: string
}

/**
 * Clears, and writes the file of each run that has none yet: one that was interrupted after its commit gets its file
 * now, before anything new is cleared. Answers the runs whose files were written, oldest first.
 */
export function clearDay({
  clearing,
  request,
  folder,
  file,
  acquirer,
}: ClearDayOptions): readonly FiledRun[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const fileRun = (run: ClearingRun, path: string): FiledRun => {
    writeClearingFile(clearing, run, acquirer, path)
    clearing.markFiled(run.id)
    return { run: { ...run, state: 'filed' }, path }
  }
  const left = clearing.unfiledRuns().map((run) => fileRun(run, join(folder, clearingFileName(run))))
  const run = clearing.clear(request)
  return run === undefined ? left : [...left, fileRun(run, file ?? join(folder, clearingFileName(run)))]
}
