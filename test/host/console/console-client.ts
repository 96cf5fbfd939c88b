import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../../../src/host/console/bench/bench.ts'
import { type Console, openConsole } from '../../../src/host/console/open-console.ts'
import type { WorkbenchPort } from '../../../src/host/console/workbench-port.ts'
import { type Office, openOffice } from '../../../src/host/office/open-office.ts'
import type { PasswordCost } from '../../../src/host/office/password-hash.ts'
import type { Role } from '../../../src/host/office/roles.ts'
import { openHostLog } from '../../../src/host/service/host-log.ts'
import { type Host, openHost } from '../../../src/host/service/open-host.ts'

/** scrypt at a cost that many tests can bear. */
export const QUICK_COST: PasswordCost = { N: 16, r: 1, p: 1 }
const ANY_PORTS = { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 }

export interface Reply {
  readonly status: number
  readonly body: ReturnType<typeof JSON.parse>
  readonly headers: Headers
}

/** Somebody at a browser: keeps the cookie and the page's token. */
export class ConsoleClient {
  readonly #url: string
  cookie: string | undefined
  csrfToken: string | undefined

  constructor(url: string) {
    this.#url = url
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await fetch(new URL(path, this.#url), {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...(this.csrfToken === undefined ? {} : { 'x-csrf-token': this.csrfToken }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
  }

  async signIn(name: string, password: string): Promise<Reply> {
    const reply = await this.ask('POST', '/api/session', { name, password })
    if (reply.status === 200) {
      this.cookie = reply.headers.getSetCookie()[0]?.split(';', 1)[0]
      this.csrfToken = reply.body.csrfToken
    }
    return reply
  }
}

export interface OpenedConsole {
  readonly host: Host
  readonly office: Office
  readonly console: Console
  readonly directory: string
  /** Signed in with these roles, with a password of their own. */
  as(...roles: readonly Role[]): Promise<ConsoleClient>
  close(): Promise<void>
}

/** A host with its console on free ports, in a folder of its own. */
export async function openTestConsole(
  nowMs?: () => number,
  secretTriesMax = 10_000,
  webDirectory?: string,
  benchOf: (host: Host, directory: string) => Bench | undefined = () => undefined,
  workbench?: WorkbenchPort,
): Promise<OpenedConsole> {
  const directory = mkdtempSync(join(tmpdir(), 'tillwire-console-'))
  const host = await openHost({ dataDirectory: directory, ports: ANY_PORTS, log: openHostLog('silent') })
  const { security } = host
  const office = openOffice({
    directory,
    security,
    passwordCost: QUICK_COST,
    ...(nowMs === undefined ? {} : { nowMs }),
  })
  const bench = benchOf(host, directory)
  const opened = await openConsole({
    ...(bench === undefined ? {} : { bench }),
    host,
    office,
    directory,
    port: 0,
    webDirectory,
    workbench,
    release: '0.0.0',
    secretTriesMax,
  })
  return {
    directory,
    host,
    office,
    console: opened,
    async as(...roles) {
      const name = `${roles[0] ?? 'nobody'}-${randomBytes(4).toString('hex')}`
      const first = await office.people.create('test', { name, fullName: name, roles })
      const client = new ConsoleClient(opened.url)
      await client.signIn(name, first)
      await client.ask('PUT', '/api/session/password', { old: first, next: `own ${first}` })
      return client
    },
    async close() {
      await opened.close()
      office.close()
      await host.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
