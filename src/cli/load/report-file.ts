import { closeSync, existsSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Finding, UsageFailure } from '../failure.ts'

/** Tells before a load that its report has nowhere to go; a report that is there stays. @throws {UsageFailure} */
export function checkReportFile(path: string): void {
  const isNew = !existsSync(path)
  try {
    closeSync(openSync(path, 'a'))
  } catch (error) {
    throw new UsageFailure(`--html: ${path} can not be written (${codeOf(error)}): give the path of a file`)
  }
  if (isNew) rmSync(path)
}

/** @throws {Finding} when it can not be written; no half of it stays. */
export function writeReportFile(path: string, html: string): void {
  try {
    writeFileSync(path, html)
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) rmSync(path)
    throw new Finding(
      `${path} could not be written (${codeOf(error)}): the figures are printed, the report is lost; check the space on disk`,
    )
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
}
