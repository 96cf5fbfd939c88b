import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'
import { listenFailure } from '../gateway/gateway.ts'

export interface MetricsServerOptions {
  readonly address: string
  /** 0: any free port. */
  readonly port: number
  readonly registry: Registry
  /** Why the host can't do its work now; undefined when it can. */
  readonly trouble: () => string | undefined
}

export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

/** Whoever asks has a few at most; more are turned away. */
const CONNECTIONS_MAX = 32
const REQUEST_TIMEOUT_MS = 5000

/**
 * Answers GET /metrics in Prometheus' text format and GET /healthz with 200 or 503, and nothing else.
 *
 * Rejects with `GatewayError` when the port can't be opened.
 */
export async function openMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => void answer(options, request, response),
  )
  server.maxConnections = CONNECTIONS_MAX
  const port = await listen(server, options)
  return {
    port,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, { address, port }: MetricsServerOptions): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', (error) => fail(listenFailure(error, address, port)))
    server.listen(port, address, () => {
      server.removeAllListeners('error')
      server.on('error', () => {})
      done((server.address() as AddressInfo).port)
    })
  })
}

async function answer(
  { registry, trouble }: MetricsServerOptions,
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = url.split('?', 1)[0]
  if (path !== '/metrics' && path !== '/healthz') return say(response, 404, 'there is /metrics and /healthz')
  if (method !== 'GET' && method !== 'HEAD') return say(response, 405, 'only GET is answered')
  if (path === '/metrics') return say(response, 200, await registry.metrics(), registry.contentType)
  const reason = trouble()
  if (reason === undefined) say(response, 200, 'ok')
  else say(response, 503, reason)
}

function say(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
  response.end(text.endsWith('\n') ? text : `${text}\n`)
}
