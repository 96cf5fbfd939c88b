import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../base/ports.ts'
import { SecurityModuleError } from './security-module-error.ts'

export const LOCAL_MASTER_KEY_FILE = 'local-master-key'
const KEY_SIZE = 32

/**
 * The local master key of `directory`, made at the first start: 32 random bytes in a file of mode 0600. Everything
 * that the module wraps lies under it.
 *
 * @throws {SecurityModuleError} when the file can be read by others, has a wrong size, can't be read, or is missing
 * while `hasWrappedKeys` says that keys depend on it.
 */
export function openLocalMasterKey(directory: string, random: Random, hasWrappedKeys: boolean): Uint8Array {
  const path = join(directory, LOCAL_MASTER_KEY_FILE)
  const existing = readKey(path)
  if (existing !== undefined) return existing
  if (hasWrappedKeys) {
    throw new SecurityModuleError(
      `${path} is missing, but the database holds keys that only it can open; restore it from your backup`,
    )
  }
  return createKey(directory, path, random)
}

function readKey(path: string): Uint8Array | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SecurityModuleError(`cannot read ${path}; make it readable for the user that runs the host`)
  }
  try {
    if ((fstatSync(file).mode & 0o077) !== 0) {
      throw new SecurityModuleError(`${path} can be read by other users; run: chmod 600 ${path}`)
    }
    const key = readFileSync(file)
    if (key.length !== KEY_SIZE) {
      throw new SecurityModuleError(
        `${path} has ${key.length} bytes instead of ${KEY_SIZE}; restore it from your backup`,
      )
    }
    return Uint8Array.from(key)
  } finally {
    closeSync(file)
  }
}

/** The exclusive flag makes two first starts at once fail instead of overwriting each other's key. */
function createKey(directory: string, path: string, random: Random): Uint8Array {
  const key = random.bytes(KEY_SIZE)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const file = openSync(path, 'wx', 0o600)
    try {
      writeSync(file, key)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    syncDirectory(directory)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new SecurityModuleError(
      `cannot create ${path} (${code}); choose a folder that this user can write to`,
    )
  }
  return key
}

/** Makes the new name in the folder durable too. */
function syncDirectory(directory: string): void {
  const folder = openSync(directory, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
