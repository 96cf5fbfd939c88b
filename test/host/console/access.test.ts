import { TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROLES } from '../../../src/host/office/roles.ts'
import { ConsoleClient, type OpenedConsole, openTestConsole } from './console-client.ts'

let world: OpenedConsole
let nowMs = Date.UTC(2026, 10, 28)

beforeAll(async () => {
  world = await openTestConsole(() => nowMs)
})
afterAll(() => world.close())

/** Every route under /api, as the console itself has it. */
function allRoutes() {
  return world.console.routes.filter(({ url }) => url.startsWith('/api'))
}

describe('each route with each role', () => {
  it('sees the routes', () => {
    expect(allRoutes().length).toBeGreaterThan(10)
  })

  it('lets in who may, and nobody else', async () => {
    const clients = await Promise.all(ROLES.map(async (role) => ({ role, client: await world.as(role) })))
    const stranger = new ConsoleClient(world.console.url)
    const complaints: string[] = []
    for (const { method, url, access } of allRoutes()) {
      if (access === undefined || access === 'everybody' || access === 'device' || url === '/api/live')
        continue
      if (method === 'DELETE' && url === '/api/session') continue
      const path = url.replace(/:[a-zA-Z]+/g, 'zz-none')
      const body = method === 'GET' ? undefined : {}
      if ((await stranger.ask(method, path, body)).status !== 401) complaints.push(`${method} ${url} nobody`)
      for (const { role, client } of clients) {
        const { status, body: answer } = await client.ask(method, path, body)
        const isShutOut = status === 403 && answer.kind === 'notYours'
        const may = access === 'signedIn' || access.includes(role)
        if (isShutOut === may || status === 401) complaints.push(`${method} ${url} ${role}: ${status}`)
      }
    }
    expect(complaints).toEqual([])
  })
})

describe('a session', () => {
  it('needs the right password, and says the same for a wrong name', async () => {
    const client = new ConsoleClient(world.console.url)
    const wrongName = await client.signIn('no.such.name', 'some password')
    expect(wrongName.status).toBe(401)
    const { client: person, name } = await personWithPassword('correct horse battery')
    const wrongPassword = await new ConsoleClient(world.console.url).signIn(name, 'wrong')
    expect(wrongPassword.body).toEqual(wrongName.body)
    expect((await person.ask('GET', '/api/session')).body.session.name).toBe(name)
  })

  it('stands in an HttpOnly, SameSite cookie', async () => {
    const { name } = await personWithPassword('correct horse battery')
    const reply = await new ConsoleClient(world.console.url).signIn(name, 'correct horse battery')
    expect(reply.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Strict/)
  })

  it('locks a name after five wrong tries, for fifteen minutes', async () => {
    const { name } = await personWithPassword('correct horse battery')
    const client = new ConsoleClient(world.console.url)
    for (let time = 0; time < 5; time++) await client.signIn(name, 'wrong')
    expect((await client.signIn(name, 'correct horse battery')).status).toBe(423)
    nowMs += 15 * 60_000 + 1
    expect((await client.signIn(name, 'correct horse battery')).status).toBe(200)
  })

  it('must choose its own password first', async () => {
    const first = await world.office.people.create('test', {
      name: 'fresh',
      fullName: 'F',
      roles: ['auditor'],
    })
    const client = new ConsoleClient(world.console.url)
    await client.signIn('fresh', first)
    expect((await client.ask('GET', '/api/audit')).body.kind).toBe('newPasswordFirst')
    const short = await client.ask('PUT', '/api/session/password', { old: first, next: 'short' })
    expect(short.status).toBe(400)
    await client.ask('PUT', '/api/session/password', { old: first, next: 'long enough now' })
    expect((await client.ask('GET', '/api/audit')).status).toBe(200)
  })

  it('ends by itself when nobody uses it', async () => {
    const { client } = await personWithPassword('correct horse battery')
    nowMs += 31 * 60_000
    const reply = await client.ask('PUT', '/api/session/password', { old: 'a', next: 'b'.repeat(12) })
    expect(reply).toMatchObject({ status: 401, body: { kind: 'signInFirst' } })
    expect(reply.body.zh).toContain('登录')
  })

  it('takes changes from its own page only', async () => {
    const { client } = await personWithPassword('correct horse battery')
    const path = '/api/session/second-factor/offer'
    const elsewhere = await client.ask('POST', path, {}, { origin: 'http://evil.example' })
    expect(elsewhere.body.kind).toBe('wrongPage')
    const token = client.csrfToken
    client.csrfToken = 'another'
    expect((await client.ask('POST', path, {})).body.kind).toBe('wrongPage')
    client.csrfToken = token
    expect((await client.ask('POST', path, {})).status).toBe(200)
  })

  it('takes each code of the second factor once', async () => {
    const { client } = await personWithPassword('correct horse battery')
    const offer = await client.ask('POST', '/api/session/second-factor/offer', {})
    const totp = new TOTP({ secret: offer.body.text })
    const code = () => totp.generate({ timestamp: nowMs })
    expect((await client.ask('PUT', '/api/session/second-factor', { code: code() })).status).toBe(200)
    const again = await client.ask('POST', '/api/session/second-factor', { code: code() })
    expect(again.body.kind).toBe('wrongCode')
    nowMs += 30_000
    expect((await client.ask('POST', '/api/session/second-factor', { code: code() })).status).toBe(200)
  })
})

describe('somebody who guesses', () => {
  it('is turned away by address after so many tries', async () => {
    const strict = await openTestConsole(undefined, 3)
    const client = new ConsoleClient(strict.console.url)
    const statuses: number[] = []
    for (let time = 0; time < 4; time++) statuses.push((await client.signIn(`name-${time}`, 'x')).status)
    await strict.close()
    expect(statuses).toEqual([401, 401, 401, 429])
  })
})

describe('users', () => {
  it('two people who edit one user: the second is told, and gets what stands there now', async () => {
    const admin = await world.as('administrator')
    const made = await admin.ask('POST', '/api/users', { name: 'edited', fullName: 'A', roles: ['clerk'] })
    expect(made.status).toBe(201)
    const { version } = made.body.user
    const change = { roles: ['clerk'], status: 'active', version }
    expect((await admin.ask('PUT', '/api/users/edited', { ...change, fullName: 'B' })).status).toBe(200)
    const second = await admin.ask('PUT', '/api/users/edited', { ...change, fullName: 'C' })
    expect(second.status).toBe(409)
    expect(second.body).toMatchObject({ kind: 'changedMeanwhile', detail: { present: { fullName: 'B' } } })
  })

  it('the last administrator stays', async () => {
    const admin = await world.as('administrator')
    const { users } = world.office
    const others = users.list().filter(({ roles }) => roles.includes('administrator'))
    const me = (await admin.ask('GET', '/api/session')).body.session.name
    for (const { name, version, fullName } of others) {
      if (name === me) continue
      const body = { fullName, roles: ['clerk'], status: 'active', version }
      expect((await admin.ask('PUT', `/api/users/${name}`, body)).status).toBe(200)
    }
    const own = users.find(me)
    const body = { fullName: 'x', roles: ['clerk'], status: 'active', version: own?.version }
    expect((await admin.ask('PUT', `/api/users/${me}`, body)).body.kind).toBe('lastAdministrator')
  })
})

async function personWithPassword(password: string): Promise<{ client: ConsoleClient; name: string }> {
  const name = `person-${Math.floor(nowMs / 1000)}-${counter++}`
  const first = await world.office.people.create('test', { name, fullName: name, roles: ['clerk'] })
  const client = new ConsoleClient(world.console.url)
  await client.signIn(name, first)
  await client.ask('PUT', '/api/session/password', { old: first, next: password })
  return { client, name }
}
let counter = 0
