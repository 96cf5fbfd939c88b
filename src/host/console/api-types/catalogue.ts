import { z } from 'zod'
import { CATALOGUE_SETS } from '../../core/download-sets.ts'

export const CATALOGUE_SET = z.enum(CATALOGUE_SETS)
export type CatalogueSetName = z.infer<typeof CATALOGUE_SET>

/** Empty: all terminals. */
export const CATALOGUE_SCOPE = z
  .string()
  .regex(/^(|merchant:[0-9A-Za-z]{15}|terminal:[0-9A-Za-z]{8})$/, 'all, a merchant or a terminal')

const TEXT = z.object({ zh: z.string(), en: z.string() })
const CONTENT = z.record(z.string(), z.unknown())

const RULE = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('flag') }),
  z.object({ kind: z.literal('number'), size: z.number(), min: z.number(), max: z.number() }),
  z.object({ kind: z.literal('phone') }),
  z.object({ kind: z.literal('bitmap'), bits: z.array(z.string()) }),
  z.object({ kind: z.literal('amount') }),
  z.object({ kind: z.literal('choice'), values: z.array(z.string()) }),
  z.object({ kind: z.literal('hex'), min: z.number(), max: z.number() }),
  z.object({ kind: z.literal('date') }),
  z.object({ kind: z.literal('text'), max: z.number() }),
])

/** One value that can be set. */
const DEFINITION = z.object({
  key: z.string(),
  name: TEXT,
  rule: RULE,
  effect: TEXT,
  /** May be left out. */
  isOptional: z.literal(true).optional(),
})
export type ValueDefinitionView = z.infer<typeof DEFINITION>

export const CATALOGUE_VERSION = z.object({
  set: CATALOGUE_SET,
  scope: z.string(),
  version: z.number(),
  /** Null: built in, or nothing of its own. */
  atMs: z.number().nullable(),
  author: z.string(),
  note: z.string(),
})
export type CatalogueVersionView = z.infer<typeof CATALOGUE_VERSION>

const CHANGE = z.object({
  key: z.string(),
  name: TEXT,
  /** Null: it was not there, or is not there any more. */
  from: z.string().nullable(),
  to: z.string().nullable(),
})
export type CatalogueChangeView = z.infer<typeof CHANGE>

const FAULT = z.object({ path: z.string(), zh: z.string(), en: z.string() })
export type CatalogueFaultView = z.infer<typeof FAULT>

export const CATALOGUE_OVERVIEW = z.object({
  sets: z.array(CATALOGUE_VERSION),
  overrides: z.array(CATALOGUE_VERSION),
  /** Sets of which a merchant or a terminal may have values of its own. */
  overridable: z.array(CATALOGUE_SET),
  /** What can be set in values, and in each entry of a list. */
  definitions: z.record(CATALOGUE_SET, z.array(DEFINITION)),
  /** Ways in which field 62 can be written. */
  forms: z.record(CATALOGUE_SET, z.array(z.string())),
  /** What a new entry of a list begins with. */
  fresh: z.object({ applications: CONTENT, caKeys: CONTENT }),
})
export type CatalogueOverview = z.infer<typeof CATALOGUE_OVERVIEW>

export const CATALOGUE_DETAIL = z.object({
  now: CATALOGUE_VERSION.extend({ content: CONTENT }),
  /** Newest first. */
  history: z.array(CATALOGUE_VERSION),
  /** How many terminals have which version in full; null for none. */
  loaded: z.array(z.object({ version: z.number().nullable(), count: z.number() })),
})
export type CatalogueDetail = z.infer<typeof CATALOGUE_DETAIL>

export const CATALOGUE_DRAFT = z.object({ scope: CATALOGUE_SCOPE, content: CONTENT })
export const CATALOGUE_CHECK = z.object({ faults: z.array(FAULT), changes: z.array(CHANGE) })
export type CatalogueCheck = z.infer<typeof CATALOGUE_CHECK>

const NOTE = z.string().trim().max(200).default('')
export const CATALOGUE_ORDER = CATALOGUE_DRAFT.extend({ version: z.int().min(0), note: NOTE })
export const CATALOGUE_ROLL_BACK = z.object({
  scope: CATALOGUE_SCOPE,
  version: z.int().min(0),
  to: z.int().min(1),
  note: NOTE,
})
export const CATALOGUE_SAVED = z.object({ version: z.number(), count: z.number() })
export type CatalogueSaved = z.infer<typeof CATALOGUE_SAVED>
