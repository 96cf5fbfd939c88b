import type { AddressInfo } from 'node:net'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import files from '@fastify/static'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import websocket from '@fastify/websocket'
import fastify from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { InvariantError } from '../../base/invariant.ts'
import type { Office } from '../office/open-office.ts'
import type { ConsoleHost } from '../service/console-host.ts'
import type { HostMetrics } from '../service/host-metrics.ts'
import type { RecordsPort } from '../store/records-port.ts'
import { type Access, guard } from './access.ts'
import { answerErrors } from './answer-errors.ts'
import type { Bench } from './bench/bench.ts'
import type { ConsoleApp } from './console-app.ts'
import { openContext } from './console-context.ts'
import { type AnswerKeeper, keepAnswers } from './keep-answers.ts'
import { LiveEvents } from './live-events.ts'
import { addRoutes } from './routes.ts'
import type { WorkbenchPort } from './workbench-port.ts'

export interface ConsoleOptions {
  /** What the host counts: it says when nothing can be recorded, and shows the estate. */
  readonly metrics?: HostMetrics | undefined
  readonly host: ConsoleHost
  readonly office: Office
  /** Where transactions and batches are read; the file of the host when undefined. */
  readonly records?: RecordsPort
  /** Makes durable elsewhere what an answer rests on, before it leaves. */
  readonly keeper?: AnswerKeeper
  /** Folder of the host: its limits of terminals and its certificate. */
  readonly directory: string
  /** 0: any free port. */
  readonly port: number
  readonly address?: string
  /** Folder of the built page; undefined: the API alone. */
  readonly webDirectory: string | undefined
  /** Passwords and codes that one address may try in a minute; 20 when undefined. */
  readonly secretTriesMax?: number
  /** What can be run beside the host: scenarios and loads. */
  readonly bench?: Bench
  /** The terminal beside the host. */
  readonly workbench?: WorkbenchPort | undefined
  /** `X.Y.Z` of this release, for the API's description. */
  readonly release: string
}

export interface Console {
  readonly app: ConsoleApp
  readonly live: LiveEvents
  readonly address: string
  readonly port: number
  /** `http://127.0.0.1:8580/` */
  readonly url: string
  /** All that can be asked for, with who may. */
  readonly routes: readonly RouteInfo[]
  close(): Promise<void>
}

export interface RouteInfo {
  readonly method: string
  readonly url: string
  /** Undefined for what is no API: the page and its description. */
  readonly access: Access | undefined
}

export const DEFAULT_CONSOLE_PORT = 8580
const REQUEST_SIZE_MAX = 1024 * 1024
const REQUESTS_A_MINUTE = 3000
/** Scripts, styles and pictures come from here alone; the page can't be framed. Source: W3C CSP Level 3. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
}

/**
 * Opens the console: the API under `/api`, its description at `/docs`, the page at `/`.
 *
 * Rejects with the system's error when the port can't be opened; nothing stays open then.
 */
export async function openConsole(options: ConsoleOptions): Promise<Console> {
  const { port, address = '127.0.0.1' } = options
  const live = new LiveEvents()
  const routes: RouteInfo[] = []
  const app = await buildConsole(options, live, routes)
  try {
    await app.listen({ port, host: address })
  } catch (error) {
    await app.close()
    throw error
  }
  const { port: opened } = app.server.address() as AddressInfo
  const place = address.includes(':') ? `[${address}]` : address
  let closing: Promise<void> | undefined
  return {
    app,
    live,
    routes,
    address,
    port: opened,
    url: `http://${place}:${opened}/`,
    close() {
      closing ??= closeApp(app)
      return closing
    },
  }
}

async function buildConsole(
  options: ConsoleOptions,
  live: LiveEvents,
  routes: RouteInfo[],
): Promise<ConsoleApp> {
  const { office } = options
  const app: ConsoleApp = fastify({ bodyLimit: REQUEST_SIZE_MAX, forceCloseConnections: true })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerErrors(app)
  app.decorateRequest('caller', undefined)
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat())
      if (each !== 'HEAD') routes.push({ method: each, url, access: config?.access })
    if (url.startsWith('/api') && config?.access === undefined)
      throw new InvariantError(`route ${url} does not say who may use it`)
  })
  await app.register(cookie)
  await app.register(helmet, { contentSecurityPolicy: CONTENT_SECURITY_POLICY, hsts: false })
  await app.register(rateLimit, { max: REQUESTS_A_MINUTE, timeWindow: 60_000 })
  await app.register(websocket, { options: { maxPayload: 64 * 1024 } })
  if (options.keeper !== undefined) keepAnswers(app, options.keeper)
  app.addHook('preValidation', guard(office))
  await describeApi(app, options.release)
  const context = openContext(app, { ...options, live })
  await app.register(async (scope) => addRoutes(scope as ConsoleApp, context))
  if (options.webDirectory !== undefined) await servePage(app, options.webDirectory)
  return app
}

async function describeApi(app: ConsoleApp, release: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Tillwire console',
        version: release,
        description: 'Sign in with POST /api/session; send its csrfToken as x-csrf-token with each change.',
      },
    },
    transform: jsonSchemaTransform,
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
}

/** The page's own paths all begin with the same file; what is not there under `/api` stays a 404. */
async function servePage(app: ConsoleApp, directory: string): Promise<void> {
  await app.register(files, {
    root: directory,
    // Built files carry a hash in their names; the page itself does not.
    setHeaders(response, path) {
      const isHashed = path.includes('/assets/')
      response.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.setNotFoundHandler((request, reply) => {
    if (request.method === 'GET' && !request.url.startsWith('/api/')) return reply.sendFile('index.html')
    return reply.status(404).send({
      kind: 'notFound',
      zh: '没有这个地址：请查看 /docs。',
      en: 'There is nothing at this address: see /docs.',
    })
  })
}

async function closeApp(app: ConsoleApp): Promise<void> {
  for (const client of app.websocketServer.clients) client.terminate()
  await app.close()
}
