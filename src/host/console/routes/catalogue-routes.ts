import { z } from 'zod'
import { CATALOGUE_SETS } from '../../core/download-sets.ts'
import type { ContentChange } from '../../estate/catalogue-changes.ts'
import { BLACKLIST_FORMS, CONTACTLESS_FORMS, OVERRIDABLE } from '../../estate/catalogue-content.ts'
import type { CatalogueVersion, SavedCatalogue } from '../../estate/catalogue-desk.ts'
import {
  APPLICATION_MEMBERS,
  CA_KEY_MEMBERS,
  CONTACTLESS,
  PARAMETERS,
  type ValueDefinition,
} from '../../estate/catalogue-table.ts'
import { FRESH_ENTRIES } from '../../estate/default-downloads.ts'
import { actorOf } from '../access.ts'
import {
  CATALOGUE_CHECK,
  CATALOGUE_DETAIL,
  CATALOGUE_DRAFT,
  CATALOGUE_ORDER,
  CATALOGUE_OVERVIEW,
  CATALOGUE_ROLL_BACK,
  CATALOGUE_SAVED,
  CATALOGUE_SCOPE,
  CATALOGUE_SET,
  type CatalogueChangeView,
  type CatalogueSetName,
  type CatalogueVersionView,
  type ValueDefinitionView,
} from '../api-types/catalogue.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { asked } from '../estate-problem.ts'

const READERS = ['technician', 'support', 'administrator', 'auditor'] as const
const HANDS = ['support', 'administrator'] as const
const SET = z.object({ set: CATALOGUE_SET })
const SCOPE = z.object({ scope: CATALOGUE_SCOPE.default('') })
/** A blacklist of 999 entries, 99 applications, 60 keys. */
const CONTENT_SIZE_MAX = 256 * 1024

/** What terminals download: seen, edited, taken back. */
export function catalogueRoutes(app: ConsoleApp, context: ConsoleContext): void {
  readRoutes(app, context)
  compareRoutes(app, context)
  changeRoutes(app, context)
}

function readRoutes(app: ConsoleApp, { host, records }: ConsoleContext): void {
  const { downloads } = host
  app.route({
    method: 'GET',
    url: '/api/catalogue',
    config: { access: READERS },
    schema: {
      summary: 'Versions of what terminals download, who has values of their own, and what can be set',
      tags: ['catalogue'],
      response: { 200: CATALOGUE_OVERVIEW },
    },
    handler: () => ({
      sets: CATALOGUE_SETS.map((set) => versionView(downloads.now(set))),
      overrides: downloads.overrides().map(versionView),
      overridable: [...OVERRIDABLE],
      definitions: DEFINITIONS,
      forms: FORMS,
      fresh: { applications: { ...FRESH_ENTRIES.applications }, caKeys: { ...FRESH_ENTRIES.caKeys } },
    }),
  })
  app.route({
    method: 'GET',
    url: '/api/catalogue/:set',
    config: { access: READERS },
    schema: {
      summary: 'The content of one set, its versions, and which terminals have which',
      tags: ['catalogue'],
      params: SET,
      querystring: SCOPE,
      response: { 200: CATALOGUE_DETAIL },
    },
    handler({ params: { set }, query: { scope } }) {
      const now = downloads.now(set, scope)
      return {
        now: { ...versionView(now), content: { ...now.content } },
        history: downloads.history(set, scope).map(versionView),
        loaded: records.loadedVersions(set).map((each) => ({ ...each })),
      }
    },
  })
}

function compareRoutes(app: ConsoleApp, { host: { downloads } }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/catalogue/:set/versions/:version',
    config: { access: READERS },
    schema: {
      summary: 'What one version changed',
      tags: ['catalogue'],
      params: SET.extend({ version: z.coerce.number().int().min(1) }),
      querystring: SCOPE,
      response: { 200: CATALOGUE_CHECK.pick({ changes: true }) },
    },
    handler: ({ params: { set, version }, query: { scope } }) => ({
      changes: asked(() => downloads.changesOf(set, scope, version)).map(changeView),
    }),
  })
  app.route({
    method: 'POST',
    url: '/api/catalogue/:set/check',
    bodyLimit: CONTENT_SIZE_MAX,
    config: { access: HANDS },
    schema: {
      summary: 'What is wrong with a content, and what it would change; nothing is saved',
      tags: ['catalogue'],
      params: SET,
      body: CATALOGUE_DRAFT,
      response: { 200: CATALOGUE_CHECK },
    },
    handler({ params: { set }, body }) {
      const { faults, changes } = downloads.check({ set, ...body })
      return { faults: faults.map((each) => ({ ...each })), changes: changes.map(changeView) }
    },
  })
}

function changeRoutes(app: ConsoleApp, { host, office, live }: ConsoleContext): void {
  const { downloads } = host
  const saved = (
    actor: string,
    action: string,
    set: CatalogueSetName,
    detail: Readonly<Record<string, unknown>>,
    act: () => SavedCatalogue,
  ) => {
    const { row, count } = asked(act)
    office.audit.append({ actor, action, subject: set, detail: { ...detail, version: row.version, count } })
    live.publish('software', {})
    return { version: row.version, count }
  }
  app.route({
    method: 'PUT',
    url: '/api/catalogue/:set',
    bodyLimit: CONTENT_SIZE_MAX,
    config: { access: HANDS },
    schema: {
      summary: 'Save a content as a new version; its terminals load it after their current transaction',
      tags: ['catalogue'],
      params: SET,
      body: CATALOGUE_ORDER,
      response: { 200: CATALOGUE_SAVED },
    },
    handler(request) {
      const { set } = request.params
      const actor = actorOf(request)
      const { scope, note } = request.body
      return saved(actor, 'catalogue.saved', set, { scope, note }, () =>
        downloads.save(actor, { set, ...request.body }),
      )
    },
  })
  app.route({
    method: 'POST',
    url: '/api/catalogue/:set/rollback',
    config: { access: HANDS },
    schema: {
      summary: 'Make an older version the newest',
      tags: ['catalogue'],
      params: SET,
      body: CATALOGUE_ROLL_BACK,
      response: { 200: CATALOGUE_SAVED },
    },
    handler(request) {
      const { set } = request.params
      const actor = actorOf(request)
      const { scope, to, note } = request.body
      return saved(actor, 'catalogue.rolledBack', set, { scope, to }, () =>
        downloads.rollBack(actor, { set, ...request.body, note: note === '' ? undefined : note }),
      )
    },
  })
}

const view = (definitions: readonly ValueDefinition[]): ValueDefinitionView[] =>
  definitions.map((each) => each as ValueDefinitionView)
const DEFINITIONS: Record<CatalogueSetName, ValueDefinitionView[]> = {
  parameters: view(PARAMETERS),
  caKeys: view(CA_KEY_MEMBERS),
  applications: view(APPLICATION_MEMBERS),
  blacklist: [],
  contactless: view(CONTACTLESS),
}
const FORMS: Record<CatalogueSetName, string[]> = {
  parameters: [],
  caKeys: [],
  applications: [],
  blacklist: [...BLACKLIST_FORMS],
  contactless: [...CONTACTLESS_FORMS],
}

function versionView({ content: _, atMs, ...version }: CatalogueVersion): CatalogueVersionView {
  return { ...version, atMs: atMs ?? null }
}

function changeView({ key, name, from, to }: ContentChange): CatalogueChangeView {
  return { key, name: { ...name }, from: from ?? null, to: to ?? null }
}
