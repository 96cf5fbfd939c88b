import { z } from 'zod'
import type { FaultSwitch, FaultSwitches } from '../../core/fault-switches.ts'
import { formatBehaviour, type TestBehaviour } from '../../core/test-behaviour.ts'
import type { Role } from '../../office/roles.ts'
import type { ConsoleHost } from '../../service/console-host.ts'
import { actorOf } from '../access.ts'
import { FAULT_BEHAVIOUR, FAULT_LIST, FAULT_ORDER, type FaultList } from '../api-types/faults.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { ConsoleProblem, notFound } from '../console-problem.ts'

const SWITCHERS: readonly Role[] = ['technician', 'support', 'administrator']
const ALL = 'all'

/** Faults of the host that are switched on and off while it runs. */
export function faultRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { host, live } = context
  // Pages hear of a switch that ended by itself, too.
  const end = host.faults?.listen(() => live.publish('faults', {}))
  if (end !== undefined) app.addHook('onClose', () => end())
  app.route({
    method: 'GET',
    url: '/api/faults',
    // Everybody sees that the host does something wrong on purpose.
    config: { access: 'signedIn' },
    schema: { summary: 'Faults that are switched on', tags: ['faults'], response: { 200: FAULT_LIST } },
    handler: () => listOf(host.faults),
  })
  switchRoutes(app, context)
}

function switchRoutes(app: ConsoleApp, { host, office, nowMs }: ConsoleContext): void {
  app.route({
    method: 'PUT',
    url: '/api/faults',
    config: { access: SWITCHERS },
    schema: {
      summary: 'Switch a fault on; it takes the place of what was on for the same terminals',
      tags: ['faults'],
      body: FAULT_ORDER,
      response: { 200: FAULT_LIST },
    },
    handler(request) {
      const { tid, behaviour, times } = request.body
      const faults = switchesOf(host)
      if (tid !== null && host.terminal(tid) === undefined)
        throw notFound({ zh: `终端 ${tid}`, en: `terminal ${tid}` })
      const actor = actorOf(request)
      const detail = { behaviour: formatBehaviour(behaviour), times }
      office.audit.append({ actor, action: 'fault.on', subject: tid ?? ALL, detail })
      faults.turnOn({
        tid: tid ?? undefined,
        behaviour,
        timesLeft: times ?? undefined,
        by: actor,
        sinceMs: nowMs(),
      })
      return listOf(faults)
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/faults/:tid',
    config: { access: SWITCHERS },
    schema: {
      summary: 'Switch a fault off: of a terminal, or of all',
      tags: ['faults'],
      params: z.object({ tid: z.string().regex(/^(all|[0-9A-Za-z]{8})$/, 'a terminal, or all') }),
      response: { 200: FAULT_LIST },
    },
    handler(request) {
      const { tid } = request.params
      const faults = switchesOf(host)
      // Somebody else, or its last time, was faster: it is off, as was wanted.
      if (faults.turnOff(tid === ALL ? undefined : tid))
        office.audit.append({ actor: actorOf(request), action: 'fault.off', subject: tid })
      return listOf(faults)
    },
  })
}

function switchesOf({ faults, elsewhere }: ConsoleHost): FaultSwitches {
  if (faults !== undefined) return faults
  if (elsewhere !== undefined)
    throw new ConsoleProblem(409, 'hostsElsewhere', {
      zh: '此控制台服务于多台主机，不能给它们制造故障：请在单机主机上试验。',
      en: 'This console serves several hosts and makes no faults at them: try faults at a host of its own.',
    })
  throw new ConsoleProblem(409, 'noTestBehaviour', {
    zh: '该主机以 --no-test-behaviour 启动，不制造故障：请不带此选项重新启动。',
    en: 'This host was started with --no-test-behaviour and does nothing wrong on purpose: start it without that.',
  })
}

function listOf(faults: FaultSwitches | undefined): FaultList {
  return { canSwitch: faults !== undefined, faults: (faults?.list() ?? []).map(viewOf) }
}

function viewOf({ tid, behaviour, timesLeft, ...rest }: FaultSwitch): FaultList['faults'][number] {
  return { ...rest, tid: tid ?? null, timesLeft: timesLeft ?? null, behaviour: shown(behaviour) }
}

function shown(behaviour: TestBehaviour): FaultList['faults'][number]['behaviour'] {
  return FAULT_BEHAVIOUR.parse(behaviour)
}
