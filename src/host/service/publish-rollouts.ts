import { join } from 'node:path'
import type { Rollouts } from '../estate/rollouts.ts'
import { writePrivateFile } from '../security-module/private-file.ts'

/** Roll-outs that hosts elsewhere serve. */
export interface PublishedRollouts {
  look(): void
  end(): void
}

const FILE = 'software-plan.json'
const EVERY_MS = 5000

/**
 * Writes the roll-out that runs into the back office's folder, from where hosts have it, and looks every few seconds at what
 * became of it at terminals.
 */
export function publishRollouts(
  rollouts: Rollouts,
  directory: string,
  everyMs = EVERY_MS,
): PublishedRollouts {
  let written: string | undefined
  const publish = (): void => {
    const text = JSON.stringify(rollouts.plan() ?? null)
    if (text === written) return
    writePrivateFile(join(directory, FILE), text)
    written = text
  }
  const look = (): void => {
    try {
      rollouts.refresh()
      publish()
    } catch {
      // The store is away: the next look finds it again.
    }
  }
  publish()
  const timer = setInterval(look, everyMs)
  timer.unref()
  return { look, end: () => clearInterval(timer) }
}
