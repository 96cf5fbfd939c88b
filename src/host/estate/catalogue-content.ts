import type { CatalogueSet } from '../core/records.ts'
import {
  APPLICATION_MEMBERS,
  CA_KEY_MEMBERS,
  CONTACTLESS,
  PARAMETERS,
  type ValueDefinition,
} from './catalogue-table.ts'
import { type Sentence, valueFault } from './value-check.ts'

/** An application as the catalogue keeps it. Hexadecimal in capitals, minor units. Source: unionpay-pos, 5.3. */
export interface Application {
  readonly aid: string
  readonly partialMatch: boolean
  readonly version: string
  readonly tacDefault: string
  readonly tacOnline: string
  readonly tacDenial: string
  readonly floorLimitMinor: number
  readonly thresholdMinor: number
  readonly maximumPercent: number
  readonly targetPercent: number
  readonly defaultDdol: string
  readonly onlinePin: boolean
  /** Limits of taps; without that of a transaction the application must be put in. */
  readonly contactlessFloorMinor?: number
  readonly contactlessTransactionMinor?: number
  readonly contactlessVerificationMinor?: number
  /** 9F7B. */
  readonly electronicCashMinor?: number
}

/** A public key that was added to those of the host's own authorities. Hexadecimal in capitals; `YYYYMMDD`. */
export interface AddedCaKey {
  readonly rid: string
  readonly index: string
  readonly modulus: string
  readonly exponent: string
  readonly expiry: string
}

/** How the blacklist stands in field 62: entries of 14 characters, or of as many as they have. */
export const BLACKLIST_FORMS = ['fixed', 'variable'] as const
export type BlacklistForm = (typeof BLACKLIST_FORMS)[number]
/** How contactless parameters stand in field 62: as text, or as binary objects. */
export const CONTACTLESS_FORMS = ['text', 'binary'] as const
export type ContactlessForm = (typeof CONTACTLESS_FORMS)[number]

type Values = Readonly<Record<string, string>>

/** What each set is made of. JSON-safe. */
export interface CatalogueContents {
  /** By code; 22, the merchant's name, is filled in for each. */
  readonly parameters: { readonly values: Values }
  /** `own`: the keys of the host's own test authorities too. */
  readonly caKeys: { readonly own: boolean; readonly list: readonly AddedCaKey[] }
  readonly applications: { readonly list: readonly Application[] }
  /** First digits of cards that are not taken. */
  readonly blacklist: { readonly form: BlacklistForm; readonly prefixes: readonly string[] }
  /** By tag. */
  readonly contactless: { readonly form: ContactlessForm; readonly values: Values }
}

/** Sets of which a merchant or a terminal may have some values of its own. */
export const OVERRIDABLE: ReadonlySet<CatalogueSet> = new Set<CatalogueSet>([
  'parameters',
  'blacklist',
  'contactless',
])

export interface ContentFault {
  /** Where: `values.12`, `list.3.aid`. */
  readonly path: string
  readonly zh: string
  readonly en: string
}

const APPLICATIONS_MAX = 99
const CA_KEYS_MAX = 60
const PREFIXES_MAX = 999
const OTHER_TAG = /^FF[0-9A-F]{4}$/
const FORM_FAULT: Sentence = { zh: '没有这种报文格式', en: 'is no form of the message' }

/** What is wrong with `content`; nothing when terminals can use it. `isOverride`: members may be left out. */
export function contentFaults(
  set: CatalogueSet,
  content: unknown,
  isOverride: boolean,
): readonly ContentFault[] {
  if (!isRecord(content)) return [fault('', { zh: '内容必须是对象', en: 'the content must be an object' })]
  const members = MEMBERS[set]
  const unknown = Object.keys(content).filter((key) => !(key in members))
  const faults = unknown.map((key) => fault(key, { zh: '没有这一项', en: 'is no member of this set' }))
  for (const [key, check] of Object.entries(members)) {
    const value = content[key]
    if (value === undefined && isOverride) continue
    if (value === undefined) faults.push(fault(key, { zh: '缺少这一项', en: 'is missing' }))
    else faults.push(...check(value, key))
  }
  return faults
}

type Check = (value: unknown, path: string) => readonly ContentFault[]

const MEMBERS: Readonly<Record<CatalogueSet, Readonly<Record<string, Check>>>> = {
  parameters: { values: (value, path) => valuesFaults(PARAMETERS, value, path, () => false) },
  caKeys: {
    own: (value, path) =>
      typeof value === 'boolean' ? [] : [fault(path, { zh: '填 true 或 false', en: 'takes true or false' })],
    list: (value, path) =>
      listFaults(CA_KEY_MEMBERS, value, path, { max: CA_KEYS_MAX, keys: ['rid', 'index'] }),
  },
  applications: {
    list: (value, path) =>
      listFaults(APPLICATION_MEMBERS, value, path, { min: 1, max: APPLICATIONS_MAX, keys: ['aid'] }),
  },
  blacklist: { form: formCheck(BLACKLIST_FORMS), prefixes: prefixFaults },
  contactless: {
    form: formCheck(CONTACTLESS_FORMS),
    values: (value, path) => valuesFaults(CONTACTLESS, value, path, (tag) => OTHER_TAG.test(tag)),
  },
}

function formCheck(forms: readonly string[]): Check {
  return (value, path) => (forms.includes(String(value)) ? [] : [fault(path, FORM_FAULT)])
}

function valuesFaults(
  table: readonly ValueDefinition[],
  values: unknown,
  path: string,
  isOther: (key: string) => boolean,
): readonly ContentFault[] {
  if (!isRecord(values)) return [fault(path, { zh: '必须是“代码: 值”', en: 'takes codes with their values' })]
  return Object.entries(values).flatMap(([key, value]) => {
    const definition = table.find((each) => each.key === key)
    const at = `${path}.${key}`
    if (typeof value !== 'string') return [fault(at, { zh: '值必须是文本', en: 'takes a text in quotes' })]
    if (definition !== undefined) return named(definition, at, valueFault(definition.rule, value))
    if (!isOther(key)) return [fault(at, { zh: '没有这个参数', en: 'is no parameter that can be set' })]
    return [valueFault({ kind: 'text', max: 99 }, value)].flatMap((each) =>
      each === undefined ? [] : [fault(at, each)],
    )
  })
}

function listFaults(
  table: readonly ValueDefinition[],
  list: unknown,
  path: string,
  { min = 0, max, keys }: { readonly min?: number; readonly max: number; readonly keys: readonly string[] },
): readonly ContentFault[] {
  if (!Array.isArray(list)) return [fault(path, { zh: '必须是列表', en: 'takes a list' })]
  if (list.length < min || list.length > max)
    return [fault(path, { zh: `必须有 ${min} 到 ${max} 项`, en: `takes ${min} to ${max} entries` })]
  const seen = new Set<string>()
  return list.flatMap((entry: unknown, index) => {
    const at = `${path}.${index}`
    if (!isRecord(entry)) return [fault(at, { zh: '必须是对象', en: 'takes an object' })]
    const key = keys.map((each) => String(entry[each])).join(' ')
    const twice = seen.has(key) ? [fault(at, { zh: `${key} 重复`, en: `${key} is there twice` })] : []
    seen.add(key)
    const unknown = Object.keys(entry).filter((each) => !table.some((member) => member.key === each))
    return [
      ...twice,
      ...unknown.map((each) => fault(`${at}.${each}`, { zh: '没有这一项', en: 'is no member' })),
      ...table.flatMap((member) =>
        named(member, `${at}.${member.key}`, memberFault(member, entry[member.key])),
      ),
    ]
  })
}

function memberFault({ rule, isOptional }: ValueDefinition, value: unknown): Sentence | undefined {
  if (value === undefined && isOptional === true) return undefined
  if (rule.kind === 'flag')
    return typeof value === 'boolean' ? undefined : { zh: '填 true 或 false', en: 'takes true or false' }
  const isNumber = rule.kind === 'number'
  if (typeof value !== (isNumber ? 'number' : 'string'))
    return isNumber
      ? { zh: '必须是数字', en: 'takes a number' }
      : { zh: '必须是文本', en: 'takes a text in quotes' }
  return valueFault(rule, String(value))
}

function prefixFaults(value: unknown, path: string): readonly ContentFault[] {
  if (!Array.isArray(value)) return [fault(path, { zh: '必须是列表', en: 'takes a list' })]
  if (value.length > PREFIXES_MAX)
    return [fault(path, { zh: `最多 ${PREFIXES_MAX} 项`, en: `takes ${PREFIXES_MAX} entries at most` })]
  return value.flatMap((prefix: unknown, index) => {
    const at = `${path}.${index}`
    if (typeof prefix !== 'string' || !/^\d{3,14}$/.test(prefix))
      return [fault(at, { zh: `“${prefix}”不是 3 到 14 位数字`, en: `'${prefix}' is not 3 to 14 digits` })]
    return value.indexOf(prefix) === index
      ? []
      : [fault(at, { zh: `${prefix} 重复`, en: `${prefix} is there twice` })]
  })
}

function named(
  { name }: ValueDefinition,
  path: string,
  sentence: Sentence | undefined,
): readonly ContentFault[] {
  if (sentence === undefined) return []
  return [{ path, zh: `${name.zh}：${sentence.zh}`, en: `${name.en} ${sentence.en}` }]
}

function fault(path: string, { zh, en }: Sentence): ContentFault {
  return { path, zh: path === '' ? zh : `${path}：${zh}`, en: path === '' ? en : `${path} ${en}` }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
