import iconv from 'iconv-lite'
import { asciiToBytes, concatBytes, fromHex } from '../../base/bytes.ts'
import { formatRateEntries } from '../../iso8583/subfields/rate-table.ts'
import { parseTransactionBitmap } from '../../iso8583/subfields/transaction-bitmap.ts'
import { versionOfSet } from '../core/catalogue-scope.ts'
import type {
  CatalogueRows,
  DownloadCatalogue,
  DownloadContent,
  DownloadObject,
} from '../core/download-catalogue.ts'
import type { CatalogueSet, MerchantRow, TerminalPolicy } from '../core/records.ts'
import type { SoftwareSource } from '../core/software-source.ts'
import type { CaKey } from '../security-module/personalisation.ts'
import type { CatalogueContents } from './catalogue-content.ts'
import { DEFAULT_DOWNLOADS } from './default-downloads.ts'
import { addedCaKeyObject, applicationObject, caKeyObject } from './download-objects.ts'
import type { RateBook } from './rate-book.ts'

const MERCHANT_NAME = '22'
/** What 19 can say at most: the limit where it says nothing. */
const TIP_PERCENT_MAX = 99
const MERCHANT_NAME_SIZE = 40
/** Parameters of a fixed size that are shorter than it. */
const PHONES: ReadonlySet<string> = new Set(['14', '15', '16', '17'])
const PHONE_SIZE = 14
/** Amounts, which the binary form packs. */
const AMOUNT_TAGS: ReadonlySet<string> = new Set(['FF8058', 'FF8059'])

/** What of a set holds for whom `rows` are the scopes of: what is nearest goes before the others, and before what is built in. */
export function contentOf<Set extends CatalogueSet>(rows: CatalogueRows, set: Set): CatalogueContents[Set] {
  let content: object = DEFAULT_DOWNLOADS[set]
  for (const row of rows) {
    if (row.set !== set) continue
    const own = JSON.parse(row.content) as object
    content = row.scope === '' ? own : overridden(content, own)
  }
  return content as CatalogueContents[Set]
}

function overridden(content: object, own: object): object {
  const merged = { ...content, ...own }
  if (!('values' in content) || !('values' in own)) return merged
  return { ...merged, values: { ...(content.values as object), ...(own.values as object) } }
}

/** Makes the fields of downloads out of the catalogue's rows. */
export class Catalogue implements DownloadCatalogue {
  readonly #ownKeys: readonly DownloadObject[]
  readonly #made = new Map<string, DownloadContent<unknown>>()
  /** Set once the back office is open: roll-outs stand there. */
  software: SoftwareSource | undefined

  readonly rateBook: RateBook

  /** `caKeys`: those of the host's own test authorities. */
  constructor(caKeys: readonly CaKey[], rates: RateBook) {
    this.rateBook = rates
    this.#ownKeys = caKeys.map((key) => caKeyObject(key))
  }

  parameters(rows: CatalogueRows, merchant: MerchantRow | undefined): DownloadContent<Uint8Array> {
    const { version, content } = this.#once(rows, 'parameters', ({ values }) =>
      concatBytes(
        Object.keys(values)
          .filter((code) => code !== MERCHANT_NAME)
          .sort()
          .map((code) => asciiToBytes(code + filled(code, values[code] ?? ''))),
      ),
    )
    return {
      version,
      content: merchant === undefined ? content : concatBytes([content, nameItem(merchant.name)]),
    }
  }

  caKeys(rows: CatalogueRows): DownloadContent<readonly DownloadObject[]> {
    return this.#once(rows, 'caKeys', ({ own, list }) => [
      ...(own ? this.#ownKeys : []),
      ...list.map(addedCaKeyObject),
    ])
  }

  applications(rows: CatalogueRows): DownloadContent<readonly DownloadObject[]> {
    return this.#once(rows, 'applications', ({ list }) => list.map(applicationObject))
  }

  blacklist(rows: CatalogueRows): DownloadContent<CatalogueContents['blacklist']> {
    return this.#once(rows, 'blacklist', (content) => content)
  }

  contactless(rows: CatalogueRows): DownloadContent<Uint8Array> {
    return this.#once(rows, 'contactless', ({ form, values }) =>
      concatBytes(Object.entries(values).map(form === 'text' ? textObject : binaryObject)),
    )
  }

  rates(): DownloadContent<readonly string[]> {
    const table = this.rateBook.current()
    return { version: table.version, content: formatRateEntries(table) }
  }

  policy(rows: CatalogueRows): TerminalPolicy | undefined {
    const { values } = contentOf(rows, 'parameters')
    const kinds = values['26'] === undefined ? undefined : parseTransactionBitmap(values['26'])
    const tipPercent = values['18'] === '1' ? Number(values['19'] ?? TIP_PERCENT_MAX) : undefined
    if (kinds === undefined && tipPercent === undefined) return undefined
    return {
      ...(kinds === undefined ? {} : { kinds }),
      ...(tipPercent === undefined ? {} : { tipPercent }),
    }
  }

  /** Each message of a download asks again: what is made of rows is kept while they are the newest. */
  #once<Set extends CatalogueSet, Made>(
    rows: CatalogueRows,
    set: Set,
    make: (content: CatalogueContents[Set]) => Made,
  ): DownloadContent<Made> {
    const own = rows.filter((row) => row.set === set)
    const key = `${set} ${own.map(({ scope }) => scope).join(' ')}`
    const stamp = own.map(({ version }) => version).join(' ')
    const known = this.#made.get(key) as (DownloadContent<Made> & { readonly stamp: string }) | undefined
    if (known?.stamp === stamp) return known
    const fresh = { stamp, version: versionOfSet(own, set), content: make(contentOf(own, set)) }
    if (this.#made.size >= MADE_MAX) this.#made.clear()
    this.#made.set(key, fresh)
    return fresh
  }
}

/** Terminals with values of their own are few; for more, things are made again. */
const MADE_MAX = 200

function filled(code: string, value: string): string {
  return PHONES.has(code) ? value.padEnd(PHONE_SIZE, ' ') : value
}

/** Six digits of the tag, three of the size, the value. Source: unionpay-pos, 5.3, source CT. */
function textObject([tag, value]: readonly [string, string]): Uint8Array {
  return asciiToBytes(`${tag}${String(value.length).padStart(3, '0')}${value}`)
}

/** Tag of three bytes, one of the size, the value: amounts as packed digits, all else as characters. From memory. */
function binaryObject([tag, value]: readonly [string, string]): Uint8Array {
  const bytes = AMOUNT_TAGS.has(tag) ? fromHex(value) : asciiToBytes(value)
  return concatBytes([fromHex(tag), Uint8Array.of(bytes.length), bytes])
}

/** GB18030, filled with spaces; a character is never cut in two. */
function nameItem(name: string): Uint8Array {
  let text = name
  while (iconv.encode(text, 'gb18030').length > MERCHANT_NAME_SIZE) text = text.slice(0, -1)
  const value = new Uint8Array(MERCHANT_NAME_SIZE).fill(0x20)
  value.set(iconv.encode(text, 'gb18030'))
  return concatBytes([asciiToBytes(MERCHANT_NAME), value])
}
