import type { CatalogueSet } from '../core/records.ts'
import {
  APPLICATION_MEMBERS,
  CA_KEY_MEMBERS,
  CONTACTLESS,
  PARAMETERS,
  type ValueDefinition,
} from './catalogue-table.ts'
import type { ValueRule } from './value-check.ts'

type Members = Readonly<Record<string, unknown>>

const TABLES: Readonly<Record<CatalogueSet, readonly ValueDefinition[]>> = {
  parameters: PARAMETERS,
  contactless: CONTACTLESS,
  applications: APPLICATION_MEMBERS,
  caKeys: CA_KEY_MEMBERS,
  blacklist: [],
}

/**
 * `content` as the rules want it, where it is clear what was meant: `5` for two digits is `05`, small letters are capitals,
 * a date may have dashes, and a member that may be left out is when it is empty. What is wrong stays, for the rules to say so.
 */
export function tidiedContent(set: CatalogueSet, content: unknown): unknown {
  if (!isMembers(content)) return content
  const { values, list, prefixes } = content
  return {
    ...content,
    ...(isMembers(values) ? { values: tidiedValues(TABLES[set], values) } : {}),
    ...(Array.isArray(list) ? { list: list.map((entry) => tidiedEntry(TABLES[set], entry)) } : {}),
    ...(Array.isArray(prefixes) ? { prefixes: prefixes.map(trimmed) } : {}),
  }
}

function tidiedValues(table: readonly ValueDefinition[], values: Members): Members {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, tidied(ruleOf(table, key), value)]),
  )
}

function tidiedEntry(table: readonly ValueDefinition[], entry: unknown): unknown {
  if (!isMembers(entry)) return entry
  const isEmpty = (key: string, value: unknown): boolean =>
    value === '' && table.find((each) => each.key === key)?.isOptional === true
  return Object.fromEntries(
    Object.entries(entry)
      .filter(([key, value]) => !isEmpty(key, value))
      .map(([key, value]) => [key, tidied(ruleOf(table, key), value)]),
  )
}

function ruleOf(table: readonly ValueDefinition[], key: string): ValueRule | undefined {
  return table.find((each) => each.key === key)?.rule
}

function tidied(rule: ValueRule | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return value
  const text = value.trim()
  switch (rule?.kind) {
    case 'number':
      return rule.size === 0 ? text : padded(text, rule.size)
    case 'amount':
      return padded(text, AMOUNT_SIZE)
    case 'hex':
      return text.replace(/\s/g, '').toUpperCase()
    case 'bitmap':
      return text.toUpperCase()
    case 'date':
      return text.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$1$2$3')
    default:
      return text
  }
}

const AMOUNT_SIZE = 12

function padded(text: string, size: number): string {
  return /^\d+$/.test(text) ? text.replace(/^0+(?=\d)/, '').padStart(size, '0') : text
}

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
