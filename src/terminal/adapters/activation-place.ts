import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { TerminalState } from '../flows/terminal-model.ts'
import type { ActivatedTerminal } from './activation-client.ts'

const PROFILE_FILE = 'profile.json'
const PLACE_FILE = 'place.json'
const PLACE = z.strictObject({
  console: z.string().max(500),
  host: z.string().max(253),
  port: z.int().min(1).max(65_535),
})

/** Where an activated terminal belongs: the console that it came from, and its acquirer host. */
export type ActivationPlace = z.infer<typeof PLACE>

export function profilePath(directory: string): string {
  return join(directory, PROFILE_FILE)
}

/**
 * Leaves beside the journal what the terminal is started with from now on. The place is written last and whole: where it is,
 * the activation is over.
 */
export function saveActivation(
  directory: string,
  { profileFile, host }: Pick<ActivatedTerminal, 'profileFile' | 'host'>,
  consoleUrl: string,
): void {
  writeWhole(profilePath(directory), profileFile)
  const place: ActivationPlace = { console: consoleUrl, host: host.host, port: host.port }
  writeWhole(join(directory, PLACE_FILE), `${JSON.stringify(place)}\n`)
}

/** Undefined before an activation has ended, and where the file was damaged: activating again writes it anew. */
export function readPlace(directory: string): ActivationPlace | undefined {
  const path = join(directory, PLACE_FILE)
  if (!existsSync(path)) return undefined
  try {
    return PLACE.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** Whether a terminal is what its code said, wholly: after a power cut in the middle the same code ends it. */
export function isActivated(
  { commissioned, masterKeyCheckValue }: Pick<TerminalState, 'commissioned' | 'masterKeyCheckValue'>,
  directory: string,
): boolean {
  return commissioned && masterKeyCheckValue !== undefined && readPlace(directory) !== undefined
}

function writeWhole(path: string, text: string): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, 'w', 0o600)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}
