import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { asciiToBytes, concatBytes } from '../../base/bytes.ts'
import { formatRateEntries } from '../../iso8583/subfields/rate-table.ts'
import type { DownloadCatalogue, DownloadContent, DownloadObject } from '../core/download-catalogue.ts'
import type { DownloadSet, TerminalRow } from '../core/records.ts'
import type { SoftwareSource } from '../core/software-source.ts'
import type { CaKey } from '../security-module/personalisation.ts'
import { writePrivateFile } from '../security-module/private-file.ts'
import { DEFAULT_DOWNLOADS, DOWNLOADS, type Downloads } from './default-downloads.ts'
import { applicationObject, caKeyObject } from './download-objects.ts'
import { EstateError } from './estate.ts'
import { RateBook } from './rate-book.ts'

const FILE = 'downloads.json'
const MERCHANT_NAME = '22'
const MERCHANT_NAME_SIZE = 40

export interface CatalogueParts {
  /** Folder of the host. */
  readonly directory: string
  readonly caKeys: readonly CaKey[]
  readonly merchantName: (mid: string) => string | undefined
  /** Those of `directory` when undefined. */
  readonly rates?: RateBook
}

/** What terminals download, in a file of the host; the built-in set while there is no file. */
export class CatalogueFile implements DownloadCatalogue {
  readonly #path: string
  readonly #merchantName: CatalogueParts['merchantName']
  readonly #caKeys: readonly DownloadObject[]
  readonly rateBook: RateBook
  /** Set once the back office is open: roll-outs stand there. */
  software: SoftwareSource | undefined
  #downloads: Downloads
  #applications: readonly DownloadObject[]

  /** @throws {EstateError} when the file is not what it should be. */
  constructor({ directory, caKeys, merchantName, rates }: CatalogueParts) {
    this.#path = join(directory, FILE)
    this.rateBook = rates ?? new RateBook(directory)
    this.#merchantName = merchantName
    this.#caKeys = caKeys.map(caKeyObject)
    this.#downloads = readDownloads(this.#path)
    this.#applications = this.#downloads.applications.list.map(applicationObject)
  }

  get downloads(): Downloads {
    return this.#downloads
  }

  versions(): Readonly<Record<DownloadSet, number>> {
    const { parameters, caKeys, applications, blacklist, contactless } = this.#downloads
    return {
      parameters: parameters.version,
      caKeys: caKeys.version,
      applications: applications.version,
      blacklist: blacklist.version,
      contactless: contactless.version,
      rates: this.rateBook.current().version,
    }
  }

  /**
   * Replaces the content of one set; its version grows by one. Terminals have it from their next download.
   *
   * @throws {EstateError} when the content is not what it should be; nothing is changed then.
   */
  change(set: Exclude<DownloadSet, 'caKeys' | 'rates'>, content: unknown): number {
    const version = this.#downloads[set].version + 1
    const changed = { ...this.#downloads, [set]: { ...(content as object), version } }
    const parsed = DOWNLOADS.safeParse(changed)
    if (!parsed.success) throw new EstateError(issueText(parsed.error.issues[0]))
    writePrivateFile(this.#path, `${JSON.stringify(parsed.data, undefined, 2)}\n`)
    this.#downloads = parsed.data
    this.#applications = parsed.data.applications.list.map(applicationObject)
    return version
  }

  parameters({ mid }: TerminalRow): DownloadContent<Uint8Array> {
    const { version, values } = this.#downloads.parameters
    const codes = Object.keys(values).filter((code) => code !== MERCHANT_NAME)
    const items = codes.sort().map((code) => asciiToBytes(code + values[code]))
    const name = this.#merchantName(mid)
    return { version, content: concatBytes([...items, ...(name === undefined ? [] : [nameItem(name)])]) }
  }

  caKeys(): DownloadContent<readonly DownloadObject[]> {
    return { version: this.#downloads.caKeys.version, content: this.#caKeys }
  }

  applications(): DownloadContent<readonly DownloadObject[]> {
    return { version: this.#downloads.applications.version, content: this.#applications }
  }

  blacklist(): DownloadContent<readonly string[]> {
    const { version, prefixes } = this.#downloads.blacklist
    return { version, content: prefixes }
  }

  /** Text objects: six digits of the tag, three of the size, the value. Source: unionpay-pos, 5.3, source CT. */
  contactless(): DownloadContent<Uint8Array> {
    const { version, values } = this.#downloads.contactless
    const items = Object.entries(values).map(
      ([tag, value]) => `${tag}${String(value.length).padStart(3, '0')}${value}`,
    )
    return { version, content: asciiToBytes(items.join('')) }
  }

  rates(): DownloadContent<readonly string[]> {
    const table = this.rateBook.current()
    return { version: table.version, content: formatRateEntries(table) }
  }
}

/** GB18030, filled with spaces; a character is never cut in two. */
function nameItem(name: string): Uint8Array {
  let text = name
  while (iconv.encode(text, 'gb18030').length > MERCHANT_NAME_SIZE) text = text.slice(0, -1)
  const value = new Uint8Array(MERCHANT_NAME_SIZE).fill(0x20)
  value.set(iconv.encode(text, 'gb18030'))
  return concatBytes([asciiToBytes(MERCHANT_NAME), value])
}

function readDownloads(path: string): Downloads {
  if (!existsSync(path)) return DEFAULT_DOWNLOADS
  let data: unknown
  try {
    data = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new EstateError(`${path} can't be read as JSON: correct it, or move it away for the built-in set`)
  }
  const parsed = DOWNLOADS.safeParse(data)
  if (parsed.success) return parsed.data
  throw new EstateError(
    `${path}: ${issueText(parsed.error.issues[0])}; correct it, or move it away for the built-in set`,
  )
}

function issueText(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): string {
  return `${issue?.path.map(String).join('.') ?? 'the content'}: ${issue?.message ?? 'is not as it should be'}`
}
