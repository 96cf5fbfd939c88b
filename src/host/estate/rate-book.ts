import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { RateTable } from '../../iso8583/subfields/rate-table.ts'
import type { KnownRates, RatePort } from '../core/rate-port.ts'
import { writePrivateFile } from '../security-module/private-file.ts'
import { DEFAULT_RATES } from './default-rates.ts'
import { EstateError } from './estate.ts'
import { changedByOther, EstateRefusal } from './estate-refusal.ts'
import { contentFaults, RATE_CONTENT, type RateContent } from './rate-content.ts'

export const RATES_FILE = 'rates.json'
/** Older tables are forgotten: an offer is good for minutes, not for so many changes. */
const KEPT_MAX = 50

const STORED = z.object({
  /** The newest first. */
  tables: z
    .array(
      z.object({
        version: z.number().int().min(1).max(999_999),
        changedAtMs: z.number().int(),
        content: RATE_CONTENT,
      }),
    )
    .min(1),
})

interface Version {
  readonly table: RateTable
  readonly changedAtMs: number
}

/** The rates of a host and what they were before, in a file of its folder; the built-in ones while there is no file. */
export class RateBook implements RatePort {
  readonly #path: string | undefined
  readonly #nowMs: () => number
  /** The newest first. */
  #versions: readonly Version[]

  /** `directory` undefined: nothing is kept. @throws {EstateError} when the file is not what it should be. */
  constructor(directory: string | undefined, nowMs: () => number = Date.now) {
    this.#path = directory === undefined ? undefined : join(directory, RATES_FILE)
    this.#nowMs = nowMs
    this.#versions = readVersions(this.#path)
  }

  /** The file was replaced by somebody else. @throws {EstateError} when it is not what it should be. */
  reload(): void {
    this.#versions = readVersions(this.#path)
  }

  current(): RateTable {
    return (this.#versions[0] as Version).table
  }

  ofVersion(version: number): KnownRates | undefined {
    const index = this.#versions.findIndex(({ table }) => table.version === version)
    const found = this.#versions[index]
    if (found === undefined) return undefined
    return { table: found.table, replacedAtMs: this.#versions[index - 1]?.changedAtMs }
  }

  /**
   * Puts `content` in the place of the newest table, durably. `version`: the one that was looked at.
   *
   * @throws {EstateRefusal} `changed` when somebody else was faster, `badInput` when the content is not what it should be.
   */
  change(version: number, content: unknown): RateTable {
    if (version !== this.current().version) throw changedByOther(this.current())
    const parsed = RATE_CONTENT.safeParse(content)
    if (!parsed.success) throw badRates(contentFaults(parsed.error.issues))
    const table = { version: version + 1, ...parsed.data }
    const versions = [{ table, changedAtMs: this.#nowMs() }, ...this.#versions].slice(0, KEPT_MAX)
    if (this.#path !== undefined) writePrivateFile(this.#path, textOf(versions))
    this.#versions = versions
    return table
  }
}

function badRates(faults: readonly string[]): EstateRefusal {
  const [first = ''] = faults
  const more = faults.length > 1 ? faults.length - 1 : 0
  return new EstateRefusal('badInput', {
    zh: `汇率没有保存：${first}${more > 0 ? `（另有 ${more} 处）` : ''}。请更正后再试。`,
    en: `The rates are not saved: ${first}${more > 0 ? ` (and ${more} more)` : ''}. Correct it and try again.`,
  })
}

function textOf(versions: readonly Version[]): string {
  const tables = versions.map(({ table: { version, ...content }, changedAtMs }) => ({
    version,
    changedAtMs,
    content: content satisfies RateContent,
  }))
  return `${JSON.stringify({ tables }, undefined, 2)}\n`
}

function readVersions(path: string | undefined): readonly Version[] {
  if (path === undefined || !existsSync(path)) return [{ table: DEFAULT_RATES, changedAtMs: 0 }]
  let data: unknown
  try {
    data = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new EstateError(
      `${path} can't be read as JSON: restore it from your backup, or move it away for the built-in rates`,
    )
  }
  const parsed = STORED.safeParse(data)
  if (!parsed.success)
    throw new EstateError(
      `${path}: ${contentFaults(parsed.error.issues)[0]}; correct it, or move it away for the built-in rates`,
    )
  return parsed.data.tables.map(({ version, changedAtMs, content }) => ({
    table: { version, ...content },
    changedAtMs,
  }))
}
