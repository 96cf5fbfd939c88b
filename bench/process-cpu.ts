import { readdirSync, readFileSync } from 'node:fs'

/** Ticks of the kernel's clock in a second, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

interface Times {
  readonly parent: number
  readonly seconds: number
}

/** Processor seconds that processes `pids` and their children have used so far. Source: proc(5), /proc/pid/stat. */
export function cpuSeconds(pids: readonly number[]): number {
  let seconds = 0
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const times = Number.isInteger(pid) ? timesOf(pid) : undefined
    if (times !== undefined && (pids.includes(pid) || pids.includes(times.parent))) seconds += times.seconds
  }
  return seconds
}

/** Undefined when it has ended meanwhile. */
function timesOf(pid: number): Times | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const at = (index: number): number => Number(fields[index])
    return { parent: at(1), seconds: (at(11) + at(12)) / TICKS_PER_SECOND }
  } catch {
    return undefined
  }
}
