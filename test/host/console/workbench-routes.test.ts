import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { WorkbenchPort } from '../../../src/host/console/workbench-port.ts'
import { type ConsoleClient, type OpenedConsole, openTestConsole } from './console-client.ts'

const deeds: unknown[] = []
const watchers = new Set<() => void>()
let onLeft: (viewer: string) => void = () => {}
const hands = new Set<string>()
let count = 0

/** A table with nothing but a counter on it. */
const port: WorkbenchPort = {
  state: () => ({ count }),
  left: (viewer) => onLeft(viewer),
  watch(tell) {
    watchers.add(tell)
    return () => void watchers.delete(tell)
  },
  async act(deed, viewer) {
    hands.add(viewer)
    const { kind } = deed as { readonly kind: string }
    if (kind === 'unknown') return undefined
    if (kind === 'impossible') return { refused: { zh: '不行', en: 'no' } }
    deeds.push(deed)
    count++
    for (const tell of watchers) tell()
    return { refused: undefined }
  },
  paper: (id) => (id === 1 ? Uint8Array.of(0x89, 0x50) : undefined),
}

let world: OpenedConsole
let technician: ConsoleClient
const sockets: WebSocket[] = []

beforeAll(async () => {
  world = await openTestConsole(undefined, undefined, undefined, undefined, port)
  technician = await world.as('technician')
})
afterAll(async () => {
  for (const socket of sockets) socket.terminate()
  await world.close()
})

function connect(
  client: ConsoleClient,
  origin: string | undefined = world.console.url.slice(0, -1),
): WebSocket {
  const address = world.console.url.replace('http', 'ws')
  const headers = {
    ...(client.cookie === undefined ? {} : { cookie: client.cookie }),
    ...(origin ? { origin } : {}),
  }
  const socket = new WebSocket(`${address}api/workbench`, { headers })
  socket.on('error', () => {})
  sockets.push(socket)
  return socket
}

async function next(socket: WebSocket): Promise<unknown> {
  const [data] = await once(socket, 'message')
  return JSON.parse(String(data))
}

describe('the terminal beside the host, over the API', () => {
  it('is seen and touched by several at once', async () => {
    const support = await world.as('support')
    const [first, second] = [connect(technician), connect(support)]
    expect(await Promise.all([next(first), next(second)])).toMatchObject([
      { kind: 'state' },
      { kind: 'state' },
    ])
    const heard = Promise.all([next(first), next(second)])
    first.send(JSON.stringify({ kind: 'key', key: '1' }))
    expect(await heard).toEqual([
      { kind: 'state', state: { count: 1 } },
      { kind: 'state', state: { count: 1 } },
    ])
    const gone = once(second, 'close')
    second.terminate()
    await gone
    const still = next(first)
    first.send(JSON.stringify({ kind: 'key', key: '2' }))
    expect(await still).toEqual({ kind: 'state', state: { count: 2 } })
  })

  it('hands are those of a session, by socket and by script, and are gone with its socket', async () => {
    hands.clear()
    const support = await world.as('support')
    const socket = connect(support)
    await next(socket)
    const told = next(socket)
    socket.send(JSON.stringify({ kind: 'key', key: '3' }))
    await told
    await support.ask('POST', '/api/workbench/deeds', { kind: 'key', key: '4' })
    expect(hands.size).toBe(1)
    await technician.ask('POST', '/api/workbench/deeds', { kind: 'key', key: '5' })
    expect(hands.size).toBe(2)
    const [viewer = ''] = hands
    const left = new Promise<void>((done) => {
      onLeft = (who) => who === viewer && done()
    })
    socket.close()
    await left
  })

  it.each([
    ['{"kind":"impossible"}', 'no'],
    ['{"kind":"unknown"}', 'There is no such deed: see /docs.'],
    ['no JSON', 'There is no such deed: see /docs.'],
  ])('says why %s is not done', async (text, en) => {
    const socket = connect(technician)
    await next(socket)
    const answer = next(socket)
    socket.send(text)
    expect(await answer).toMatchObject({ kind: 'refused', text: { en } })
  })

  it.each([
    ['another site', 'http://evil.example'],
    ['nobody in particular', ''],
  ])('a page of %s is refused', async (_, origin) => {
    const [answer] = await once(connect(technician, origin), 'unexpected-response').then(([, response]) => [
      response,
    ])
    expect(answer.statusCode).toBe(403)
  })

  it('a role that may not is refused', async () => {
    const socket = connect(await world.as('finance'))
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(403)
  })

  it('who signs out is let go at the next touch', async () => {
    const client = await world.as('support')
    const socket = connect(client)
    await next(socket)
    await client.ask('DELETE', '/api/session')
    const closed = once(socket, 'close')
    const before = deeds.length
    socket.send(JSON.stringify({ kind: 'key', key: '9' }))
    expect((await closed)[0]).toBe(4401)
    expect(deeds).toHaveLength(before)
  })

  it('a script does the same without a socket, and is written down', async () => {
    expect((await technician.ask('GET', '/api/workbench/state')).body).toEqual({ count })
    expect((await technician.ask('POST', '/api/workbench/deeds', { kind: 'tear' })).body).toEqual({
      done: true,
    })
    const refused = await technician.ask('POST', '/api/workbench/deeds', { kind: 'impossible' })
    expect(refused).toMatchObject({ status: 409, body: { kind: 'notPossible', en: 'no' } })
    expect(world.office.audit.list({ action: 'workbench.deed', limit: 9 })).toHaveLength(3)
    expect((await technician.ask('GET', '/api/workbench/paper/1')).headers.get('content-type')).toBe(
      'image/png',
    )
    expect((await technician.ask('GET', '/api/workbench/paper/2')).status).toBe(404)
  })
})
