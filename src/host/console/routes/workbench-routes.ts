import type { FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { actorOf, checkOrigin } from '../access.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { ConsoleProblem, notFound, type Sentence } from '../console-problem.ts'
import type { WorkbenchPort } from '../workbench-port.ts'

const HANDS = ['technician', 'support', 'administrator'] as const
/** A viewer that is this far behind gets no more states until it has caught up; the next one it gets is whole. */
const BACKLOG_MAX = 256 * 1024
/** Our own close code: the page signs in again. */
const SESSION_ENDED = 4401
const SESSION_CHECK_MS = 15_000

/** The terminal beside the host: seen, heard and touched. */
export function workbenchRoutes(app: ConsoleApp, context: ConsoleContext): void {
  deedRoutes(app, context)
  paperRoute(app, context)
  socketRoute(app, context)
}

function deedRoutes(app: ConsoleApp, { workbench, office }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/workbench/state',
    config: { access: HANDS },
    schema: { summary: 'All that can be seen of the terminal beside the host', tags: ['workbench'] },
    handler: (request) => needed(workbench).state(viewerOf(request)) as object,
  })
  app.route({
    method: 'POST',
    url: '/api/workbench/deeds',
    config: { access: HANDS },
    schema: {
      summary: 'Do what a hand does: press a key, insert a card, pull a plug',
      tags: ['workbench'],
      body: z.looseObject({ kind: z.string() }),
    },
    async handler(request) {
      const { body } = request
      const answer = await needed(workbench).act(body, viewerOf(request))
      if (answer === undefined) throw unknownDeed()
      if (answer.refused !== undefined) throw new ConsoleProblem(409, 'notPossible', answer.refused)
      office.audit.append({ actor: actorOf(request), action: 'workbench.deed', subject: body.kind })
      return { done: true }
    },
  })
}

function paperRoute(app: ConsoleApp, { workbench }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/workbench/paper/:id',
    config: { access: HANDS },
    schema: {
      summary: 'A slip as a picture of the dots that its bytes made',
      tags: ['workbench'],
      params: z.object({ id: z.coerce.number().int().positive() }),
    },
    handler({ params }, reply) {
      const picture = needed(workbench).paper(params.id)
      if (picture === undefined)
        throw notFound({ zh: '这张小票（已被撕走）', en: 'slip of this number any more' })
      return reply
        .type('image/png')
        .header('cache-control', 'private, max-age=3600')
        .send(Buffer.from(picture))
    },
  })
}

function socketRoute(app: ConsoleApp, { workbench, office }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/workbench',
    config: { access: HANDS, rateLimit: false },
    schema: { summary: 'WebSocket: states come, deeds go', tags: ['workbench'] },
    preValidation: async (request) => {
      // A browser always says where it stands; who does not is no page of ours.
      if (request.headers.upgrade !== undefined) checkOrigin(request, { isNeeded: true })
    },
    handler: () => {
      throw new ConsoleProblem(426, 'websocketOnly', {
        zh: '此地址只用于 WebSocket。',
        en: 'This address is for a WebSocket: the state alone is at /api/workbench/state.',
      })
    },
    wsHandler: (socket, request) => {
      if (workbench === undefined) socket.close(1011, 'no workbench')
      else {
        office.audit.append({ actor: actorOf(request), action: 'workbench.opened', subject: '' })
        const token = request.caller?.token ?? ''
        const viewer = viewerOf(request)
        attend({ workbench, socket, viewer, isSignedIn: () => office.sessions.find(token) !== undefined })
      }
    },
  })
}

/** A session's hands; nobody else has its token. */
function viewerOf({ caller }: FastifyRequest): string {
  return caller?.token ?? ''
}

interface Attendance {
  readonly workbench: WorkbenchPort
  readonly socket: WebSocket
  readonly viewer: string
  readonly isSignedIn: () => boolean
}

/** One viewer, until it goes or its session ends. It always gets the newest state, if not each one. */
function attend({ workbench, socket, viewer, isSignedIn }: Attendance): void {
  let isBehind = false
  const sendState = (): void => {
    if (socket.bufferedAmount > BACKLOG_MAX) isBehind = true
    else socket.send(JSON.stringify({ kind: 'state', state: workbench.state(viewer) }), caughtUp)
  }
  const caughtUp = (): void => {
    if (!isBehind || socket.bufferedAmount > BACKLOG_MAX) return
    isBehind = false
    sendState()
  }
  const end = workbench.watch(sendState)
  const timer = setInterval(() => {
    if (!isSignedIn()) socket.close(SESSION_ENDED)
  }, SESSION_CHECK_MS)
  sendState()
  socket.on('message', (data) => {
    if (!isSignedIn()) socket.close(SESSION_ENDED)
    else
      void deedOf(workbench, String(data), viewer).then((refused) => {
        if (refused !== undefined) socket.send(JSON.stringify({ kind: 'refused', text: refused }))
      })
  })
  socket.on('close', () => {
    clearInterval(timer)
    end()
    workbench.left(viewer)
  })
  socket.on('error', () => socket.terminate())
}

async function deedOf(workbench: WorkbenchPort, text: string, viewer: string): Promise<Sentence | undefined> {
  const deed = jsonOf(text)
  const answer = deed === undefined ? undefined : await workbench.act(deed, viewer)
  return answer === undefined ? unknownDeed().sentence : answer.refused
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function needed(workbench: WorkbenchPort | undefined): WorkbenchPort {
  if (workbench !== undefined) return workbench
  throw new ConsoleProblem(404, 'noWorkbench', {
    zh: '这台主机旁没有终端：请用 tillwire up（npm start）启动。',
    en: 'There is no terminal beside this host: start it with tillwire up (npm start).',
  })
}

function unknownDeed(): ConsoleProblem {
  return new ConsoleProblem(400, 'unknownDeed', {
    zh: '没有这种动作：请查看 /docs。',
    en: 'There is no such deed: see /docs.',
  })
}
