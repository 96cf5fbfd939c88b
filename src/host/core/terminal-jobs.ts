import type { TerminalRow } from './records.ts'

/** Digit 6 of the header for each job. Source: unionpay-pos, 1. */
export const JOBS = {
  parameters: 1,
  statusUpload: 2,
  signIn: 3,
  caKeys: 4,
  applications: 5,
  software: 6,
  blacklist: 7,
  rates: 8,
  contactless: 9,
} as const

type JobState = Pick<TerminalRow, 'processingRequest' | 'setup'>

/** The terminal is asked for `job` once it has done what it was asked for before. */
export function withJob<Row extends JobState>(row: Row, job: number): Row {
  const { processingRequest, setup } = row
  if (processingRequest === job || setup?.jobs.includes(job) === true) return row
  if (processingRequest === 0) return { ...row, processingRequest: job }
  return { ...row, setup: { sets: {}, ...setup, jobs: [...(setup?.jobs ?? []), job] } }
}

/** `job` was done: the next one that waits takes its place. */
export function withoutJob<Row extends JobState>(row: Row, job: number): JobState {
  const { processingRequest, setup } = row
  const jobs = (setup?.jobs ?? []).filter((each) => each !== job)
  const isPresent = processingRequest === job
  const rest = isPresent ? jobs.slice(1) : jobs
  return {
    processingRequest: isPresent ? (jobs[0] ?? 0) : processingRequest,
    ...(setup === undefined ? {} : { setup: { ...setup, jobs: rest } }),
  }
}
