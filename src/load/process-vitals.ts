import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessVitals } from './soak-watch.ts'

const PAGE_SIZE = 4096

/** What the system tells of a process: nothing where it has no /proc, or once the process is gone. */
export function vitalsOf(pid: number): ProcessVitals {
  return { rssBytes: residentBytes(pid), descriptors: descriptorCount(pid) }
}

/** Open descriptors of a process; undefined where the system does not tell. */
export function descriptorCount(pid: number | 'self'): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return undefined
  }
}

/** How many descriptors this process may have open; undefined where the system does not tell. Source: proc(5), limits. */
export function descriptorLimit(): number | undefined {
  try {
    return openFilesIn(readFileSync('/proc/self/limits', 'utf8'))
  } catch {
    return undefined
  }
}

/** The soft limit of open files; undefined when there is none. */
export function openFilesIn(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? undefined : Number(soft)
}

/** Second figure of `statm`: resident pages. Source: proc(5). */
function residentBytes(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_SIZE
  } catch {
    return undefined
  }
}
