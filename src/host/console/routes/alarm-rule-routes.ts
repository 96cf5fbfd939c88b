import { z } from 'zod'
import { ALARM_RULES, type AlarmRule, EVERYTHING } from '../../monitoring/alarm-rules.ts'
import { actorOf } from '../access.ts'
import { ALARM_KIND, RULE_VIEW, type RuleView } from '../api-types/care.ts'
import { cared } from '../care-problem.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { ConsoleProblem, notFound } from '../console-problem.ts'

const READERS = ['technician', 'support', 'administrator', 'auditor'] as const
const RULE_BODY = RULE_VIEW.pick({
  enabled: true,
  raiseAt: true,
  clearAt: true,
  countMin: true,
  severity: true,
  version: true,
})
const KIND = z.object({ kind: ALARM_KIND })
const OF = z.object({ kind: ALARM_KIND, subject: z.string().min(1).max(15) })

/** From when on something is an alarm: for everything, and for single terminals and merchants. */
export function alarmRuleRoutes(app: ConsoleApp, context: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/alarm-rules',
    config: { access: READERS },
    schema: {
      summary: 'From when on something is an alarm: the general rule of each kind, then its special ones',
      tags: ['alarms'],
      response: { 200: z.object({ rules: z.array(RULE_VIEW) }) },
    },
    handler: () => ({ rules: context.care.alarms.rules.list().map(ruleView) }),
  })
  changeRoutes(app, context)
  removeRoutes(app, context)
}

function changeRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const change = (actor: string, rule: AlarmRule): RuleView => {
    const changed = cared(() => context.care.alarms.rules.change(actor, rule))
    context.live.publish('alarms', { kind: rule.kind, subject: rule.subject })
    return ruleView(changed)
  }
  app.route({
    method: 'PUT',
    url: '/api/alarm-rules/:kind',
    config: { access: ['administrator'] },
    schema: {
      summary: 'Change a threshold, or switch a rule on or off',
      tags: ['alarms'],
      params: KIND,
      body: RULE_BODY,
      response: { 200: RULE_VIEW },
    },
    handler: (request) =>
      change(actorOf(request), { ...request.body, kind: request.params.kind, subject: EVERYTHING }),
  })
  app.route({
    method: 'PUT',
    url: '/api/alarm-rules/:kind/:subject',
    config: { access: ['administrator'] },
    schema: {
      summary:
        'A rule for one terminal, merchant or the estate, in place of the general one; version 0 adds it',
      tags: ['alarms'],
      params: OF,
      body: RULE_BODY,
      response: { 200: RULE_VIEW },
    },
    handler(request) {
      const { kind, subject } = request.params
      checkSubject(context, kind, subject)
      return change(actorOf(request), { ...request.body, kind, subject })
    },
  })
}

function removeRoutes(app: ConsoleApp, { care, live }: ConsoleContext): void {
  app.route({
    method: 'DELETE',
    url: '/api/alarm-rules/:kind/:subject',
    config: { access: ['administrator'] },
    schema: {
      summary: 'Take a special rule away: the general one holds again',
      tags: ['alarms'],
      params: OF,
      body: z.object({ version: z.int() }),
      response: { 204: z.null() },
    },
    handler(request, reply) {
      const { kind, subject } = request.params
      cared(() =>
        care.alarms.rules.remove(actorOf(request), { kind, subject, version: request.body.version }),
      )
      care.alarms.clearOf(kind, subject)
      live.publish('alarms', { kind, subject })
      void reply.status(204)
      return null
    },
  })
}

/** @throws {ConsoleProblem} when nothing of that name can be watched by this kind of rule. */
function checkSubject({ care }: ConsoleContext, kind: AlarmRule['kind'], subject: string): void {
  const { scope, ofMerchants } = ALARM_RULES[kind]
  const terminals = care.terminals()
  const isTerminal = terminals.has(subject)
  const isMerchant = !isTerminal && [...terminals.values()].some(({ mid }) => mid === subject)
  const isEstate = subject === 'estate'
  if (!isTerminal && !isMerchant && !isEstate)
    throw notFound({ zh: '此终端或商户', en: 'such terminal or merchant' })
  const fits = isEstate ? scope !== 'terminal' : isMerchant ? ofMerchants === true : scope !== 'estate'
  if (!fits)
    throw new ConsoleProblem(400, 'badInput', {
      zh: '此规则不能用于该对象：请换一个终端、商户或 estate。',
      en: 'This rule can not watch that: name a terminal, a merchant or the estate, as the rule allows.',
    })
}

function ruleView(rule: AlarmRule): RuleView {
  const { name, unit, bad, scope, ofMerchants } = ALARM_RULES[rule.kind]
  return { ...rule, name, unit, bad, scope, ofMerchants: ofMerchants === true }
}
