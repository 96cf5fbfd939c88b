import type { CatalogueSet } from '../core/records.ts'
import type { CatalogueContents } from './catalogue-content.ts'
import { APPLICATION_MEMBERS, CONTACTLESS, PARAMETERS, type ValueDefinition } from './catalogue-table.ts'
import type { Sentence } from './value-check.ts'

/** One thing that is there, is not there any more, or is another. */
export interface ContentChange {
  /** Code, tag, application and member, or prefix. */
  readonly key: string
  readonly name: Sentence
  /** Undefined: it was not there. */
  readonly from: string | undefined
  /** Undefined: it is not there any more. */
  readonly to: string | undefined
}

interface Entry {
  readonly name: Sentence
  readonly value: string
}

/** What changes from one content to the other, in the order of the keys. Both are as they should be. */
export function contentChanges(set: CatalogueSet, before: object, after: object): readonly ContentChange[] {
  const [old, fresh] = [entriesOf(set, before), entriesOf(set, after)]
  const keys = [...new Set([...old.keys(), ...fresh.keys()])].sort()
  return keys.flatMap((key) => {
    const [from, to] = [old.get(key), fresh.get(key)]
    if (from?.value === to?.value) return []
    const name = (to ?? from)?.name ?? { zh: key, en: key }
    return [{ key, name, from: from?.value, to: to?.value }]
  })
}

function entriesOf(set: CatalogueSet, content: object): ReadonlyMap<string, Entry> {
  const given = content as Partial<CatalogueContents[keyof CatalogueContents]>
  const entries = new Map<string, Entry>()
  if ('form' in given)
    entries.set('form', { name: { zh: '报文格式', en: 'Form of the message' }, value: `${given.form}` })
  if ('own' in given)
    entries.set('own', {
      name: { zh: '主机自有公钥', en: "The host's own keys" },
      value: given.own ? '1' : '0',
    })
  if ('values' in given)
    addValues(entries, set === 'parameters' ? PARAMETERS : CONTACTLESS, given.values ?? {})
  if ('prefixes' in given)
    for (const prefix of given.prefixes ?? [])
      entries.set(prefix, { name: { zh: '黑名单卡号段', en: 'Blacklisted prefix' }, value: prefix })
  if (set === 'applications') addApplications(entries, content as CatalogueContents['applications'])
  if (set === 'caKeys') addKeys(entries, content as CatalogueContents['caKeys'])
  return entries
}

function addValues(
  entries: Map<string, Entry>,
  table: readonly ValueDefinition[],
  values: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(values))
    entries.set(key, { name: table.find((each) => each.key === key)?.name ?? { zh: key, en: key }, value })
}

function addApplications(entries: Map<string, Entry>, { list }: CatalogueContents['applications']): void {
  for (const application of list)
    for (const { key, name } of APPLICATION_MEMBERS) {
      const value = application[key as keyof typeof application]
      if (value === undefined) continue
      entries.set(key === 'aid' ? application.aid : `${application.aid} ${key}`, {
        name,
        value: String(value),
      })
    }
}

function addKeys(entries: Map<string, Entry>, { list }: CatalogueContents['caKeys']): void {
  for (const { rid, index, modulus, exponent, expiry } of list)
    entries.set(`${rid} ${index}`, {
      name: { zh: '公钥', en: 'Public key' },
      value: `${modulus.slice(0, 12)}… ${modulus.length * 4} bit, ${exponent}, ${expiry}`,
    })
}
