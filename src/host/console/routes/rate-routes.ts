import type { TerminalRow } from '../../core/records.ts'
import { EstateRefusal } from '../../estate/estate-refusal.ts'
import { saveRates } from '../../estate/rate-desk.ts'
import { readRateFile } from '../../estate/rate-file.ts'
import { actorOf } from '../access.ts'
import { RATES_CHANGE, RATES_FILE, RATES_SAVED, RATES_VIEW, type RatesSaved } from '../api-types/rates.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { asked } from '../estate-problem.ts'

const READERS = ['support', 'finance', 'administrator', 'auditor'] as const
const WRITERS = ['finance', 'administrator'] as const

/** Rates of foreign currencies: what cardholders are offered to pay in their own. */
export function rateRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { host, records } = context
  app.route({
    method: 'GET',
    url: '/api/rates',
    config: { access: READERS },
    schema: {
      summary: 'Rates of foreign currencies, and which cards are billed in them',
      tags: ['rates'],
      response: { 200: RATES_VIEW },
    },
    handler() {
      const { rates, ranges, ...table } = host.catalogue.rateBook.current()
      return {
        ...table,
        rates: [...rates],
        ranges: [...ranges],
        terminals: records.rateLoads?.(table.version) ?? loadsIn(host.store.listTerminals(), table.version),
      }
    },
  })
  app.route({
    method: 'PUT',
    url: '/api/rates',
    config: { access: WRITERS },
    schema: {
      summary: 'Put other rates in force; the terminals that offer currencies are asked to load them',
      tags: ['rates'],
      body: RATES_CHANGE,
      response: { 200: RATES_SAVED },
    },
    handler(request) {
      const { version, ...content } = request.body
      return save(context, actorOf(request), version, content)
    },
  })
  app.route({
    method: 'POST',
    url: '/api/rates/file',
    config: { access: WRITERS },
    schema: {
      summary: 'The same from the text of a file, CSV or JSON',
      tags: ['rates'],
      body: RATES_FILE,
      response: { 200: RATES_SAVED },
    },
    handler(request) {
      const { version, text } = request.body
      const file = readRateFile(text)
      if (!file.ok) return asked(() => throwFaults(file.faults))
      return save(context, actorOf(request), version, file.content)
    },
  })
}

function loadsIn(rows: readonly TerminalRow[], version: number): { count: number; upToDate: number } {
  const loaded = rows.flatMap(({ setup }) =>
    setup?.sets.rates === undefined ? [] : [setup.sets.rates.loaded],
  )
  return { count: loaded.length, upToDate: loaded.filter((each) => each === version).length }
}

function save(
  { host, office, live }: ConsoleContext,
  actor: string,
  version: number,
  content: unknown,
): RatesSaved {
  const parts = { book: host.catalogue.rateBook, audit: office.audit, estate: host.estate }
  const { table, count } = asked(() => saveRates(parts, actor, version, content))
  live.publish('rates', {})
  return { version: table.version, count }
}

const FAULTS_SHOWN = 5

function throwFaults(faults: readonly string[]): never {
  const shown = faults.slice(0, FAULTS_SHOWN).join('; ')
  const more = faults.length > FAULTS_SHOWN ? ` … ${faults.length}` : ''
  throw new EstateRefusal('badInput', {
    zh: `文件没有导入：${shown}${more}。请更正后再试，什么都没有改变。`,
    en: `The file is not taken: ${shown}${more}. Correct it and try again; nothing was changed.`,
  })
}
