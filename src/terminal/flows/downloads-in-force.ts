import { fromHex } from '../../base/bytes.ts'
import type { ApplicationParameters, CaPublicKey, KernelConfig } from '../kernel/kernel-config.ts'
import type { TerminalDownloads } from './download-model.ts'
import { applicationOf, caKeyOf } from './download-objects.ts'
import type { ChipServices, TerminalContext } from './terminal-context.ts'
import type { TerminalProfile } from './terminal-profile.ts'

/** Read once for each set: every chip card asks for them. */
const keys = new WeakMap<readonly string[], readonly CaPublicKey[]>()
const applications = new WeakMap<readonly string[], readonly ApplicationParameters[]>()

/** Keys that were loaded, or those that the terminal was delivered with. */
export function caKeysInForce(
  { state, packages }: TerminalContext,
  chip: ChipServices,
): readonly CaPublicKey[] {
  const loaded = state.downloads?.caKeys ?? present(packages?.inForce?.caKeys)
  if (loaded === undefined) return chip.caKeys
  return read(keys, loaded, (tlv) => caKeyOf(tlv, chip.sha1))
}

/** Applications that were loaded; nothing where those that the terminal was delivered with are in force. */
export function applicationsInForce(
  { state, packages }: TerminalContext,
  { partialMatchValue }: TerminalProfile,
): Partial<Pick<KernelConfig, 'applications'>> {
  const loaded = state.downloads?.applications ?? present(packages?.inForce?.applications)
  if (loaded === undefined) return {}
  return { applications: read(applications, loaded, (tlv) => applicationOf(tlv, partialMatchValue)) }
}

/** Whether a card's first digits are on the list of cards that are not taken. */
export function isBlacklisted({ state }: TerminalContext, pan: string): boolean {
  return blacklistOf(state.downloads).some((prefix) => pan.startsWith(prefix))
}

const NOBODY: readonly string[] = []

function blacklistOf(downloads: TerminalDownloads | undefined): readonly string[] {
  return downloads?.blacklist ?? NOBODY
}

/** A package without them leaves those that the terminal was delivered with. */
function present(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list
}

function read<T>(
  known: WeakMap<readonly string[], readonly T[]>,
  loaded: readonly string[],
  parse: (tlv: Uint8Array) => T | undefined,
): readonly T[] {
  const parsed = known.get(loaded)
  if (parsed !== undefined) return parsed
  const fresh = loaded.map((hex) => parse(fromHex(hex))).filter((each): each is T => each !== undefined)
  known.set(loaded, fresh)
  return fresh
}
