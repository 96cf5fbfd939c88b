import { z } from 'zod'
import type { Role } from '../../office/roles.ts'
import { actorOf } from '../access.ts'
import { SCENARIO_LINE, SCENARIO_RUN, SCENARIO_RUN_LINE } from '../api-types/scenarios.ts'
import type { ScenarioRuns } from '../bench/bench.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { ConsoleProblem, notFound } from '../console-problem.ts'

const RUNNERS: readonly Role[] = ['technician', 'support', 'administrator']
const LOOKERS: readonly Role[] = [...RUNNERS, 'auditor']
const FILES_MAX = 1000
const NUMBER = z.object({ number: z.coerce.number().int().positive() })

/** Scenarios, run in the simulated world beside the host. */
export function scenarioRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { bench, live } = context
  const end = bench?.scenarios.listen((run) => live.publish('scenario-run', run))
  if (end !== undefined) app.addHook('onClose', () => end())
  listRoutes(app, context)
  runRoutes(app, context)
  orderRoutes(app, context)
}

function listRoutes(app: ConsoleApp, { bench }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/scenarios',
    config: { access: LOOKERS },
    schema: {
      summary: 'The scenarios of the project',
      tags: ['scenarios'],
      response: { 200: z.array(SCENARIO_LINE) },
    },
    handler: async () => [...(await runsOf(bench?.scenarios).list())],
  })
  app.route({
    method: 'GET',
    url: '/api/scenario-text',
    config: { access: LOOKERS },
    schema: {
      summary: 'A scenario as it stands in its file',
      tags: ['scenarios'],
      querystring: z.object({ file: z.string().max(200) }),
      response: { 200: z.object({ text: z.string() }) },
    },
    async handler({ query: { file } }) {
      const text = await runsOf(bench?.scenarios).textOf(file)
      if (text === undefined) throw noScenario(file)
      return { text }
    },
  })
}

function runRoutes(app: ConsoleApp, { bench }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/scenario-runs',
    config: { access: LOOKERS },
    schema: {
      summary: 'Runs since the host started, newest first',
      tags: ['scenarios'],
      response: { 200: z.array(SCENARIO_RUN_LINE) },
    },
    handler: () => [...runsOf(bench?.scenarios).runs()],
  })
  app.route({
    method: 'GET',
    url: '/api/scenario-runs/:number',
    config: { access: LOOKERS },
    schema: {
      summary: 'One run: what was expected, what came, and the message chart of each scenario',
      tags: ['scenarios'],
      params: NUMBER,
      response: { 200: SCENARIO_RUN },
    },
    handler: ({ params: { number } }) => known(runsOf(bench?.scenarios), number),
  })
}

function orderRoutes(app: ConsoleApp, { bench, office }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/scenario-runs',
    config: { access: RUNNERS },
    schema: {
      summary: 'Run scenarios; one run at a time',
      tags: ['scenarios'],
      body: z.object({ files: z.array(z.string().max(200)).min(1).max(FILES_MAX) }),
      response: { 201: SCENARIO_RUN_LINE },
    },
    async handler(request, reply) {
      const scenarios = runsOf(bench?.scenarios)
      const files = [...new Set(request.body.files)]
      const there = new Set((await scenarios.list()).map(({ file }) => file))
      const missing = files.find((file) => !there.has(file))
      if (missing !== undefined) throw noScenario(missing)
      const actor = actorOf(request)
      const run = scenarios.start(files, actor)
      if (run === undefined) throw runUnderWay()
      const subject = files.length === 1 ? (files[0] ?? '') : `${files.length} scenarios`
      office.audit.append({ actor, action: 'scenario.run', subject: subject.slice(-80), detail: {} })
      return reply.status(201).send(run)
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/scenario-runs/:number',
    config: { access: RUNNERS },
    schema: {
      summary: 'Cancel a run; what was run so far stays',
      tags: ['scenarios'],
      params: NUMBER,
      response: { 200: SCENARIO_RUN_LINE },
    },
    handler(request) {
      const { number } = request.params
      const scenarios = runsOf(bench?.scenarios)
      known(scenarios, number)
      if (scenarios.cancel(number))
        office.audit.append({ actor: actorOf(request), action: 'scenario.cancel', subject: String(number) })
      const { results: _results, ...line } = known(scenarios, number)
      return line
    },
  })
}

function known(scenarios: ScenarioRuns, number: number) {
  const run = scenarios.find(number)
  if (run === undefined) throw notFound({ zh: `运行 ${number}`, en: `run ${number}` })
  return run
}

function runsOf(scenarios: ScenarioRuns | undefined): ScenarioRuns {
  if (scenarios !== undefined) return scenarios
  throw noBench()
}

/** The console was opened by a program that has nothing to run beside it. */
export function noBench(): ConsoleProblem {
  return new ConsoleProblem(409, 'noBench', {
    zh: '该控制台没有场景与压测程序：请用 tillwire host 或 npm start 启动主机。',
    en: 'This console has nothing to run beside it: start the host with "tillwire host" or "npm start".',
  })
}

/** One at a time: two would measure each other. */
export function runUnderWay(): ConsoleProblem {
  return new ConsoleProblem(409, 'runUnderWay', {
    zh: '已有一次运行在进行：请等它结束，或先停止它。',
    en: 'Another run is under way: wait until it has ended, or stop it first.',
  })
}

function noScenario(file: string): ConsoleProblem {
  return notFound({ zh: `场景 ${file}`, en: `scenario ${file}` })
}
