import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { keyCheckValue } from '../../../src/crypto/key-check-value.ts'
import { groupBytes, joinComponents } from '../../../src/crypto/key-components.ts'
import { DEFAULT_TERMINAL_ID } from '../../../src/host/estate/default-estate.ts'
import type { Role } from '../../../src/host/office/roles.ts'
import type { ConsoleClient, OpenedConsole } from './console-client.ts'
import { openTestConsole } from './console-client.ts'

let world: OpenedConsole
let nowMs = Date.UTC(2026, 10, 28)
beforeAll(async () => {
  world = await openTestConsole(() => nowMs)
})
afterAll(() => world.close())

/** Somebody with a second factor, given just now. */
async function withFactor(role: Role): Promise<ConsoleClient> {
  const client = await world.as(role)
  const offer = await client.ask('POST', '/api/session/second-factor/offer', {})
  const totp = new TOTP({ secret: offer.body.text })
  const code = (): string => totp.generate({ timestamp: nowMs })
  await client.ask('PUT', '/api/session/second-factor', { code: code() })
  nowMs += 30_000
  expect((await client.ask('POST', '/api/session/second-factor', { code: code() })).status).toBe(200)
  return client
}

it('a key in three components: three people, a page each, and the host uses it when the terminal has it', async () => {
  const administrator = await withFactor('administrator')
  const custodians = [
    await withFactor('support'),
    await withFactor('technician'),
    await withFactor('reviewer'),
  ]
  const begun = await administrator.ask('POST', '/api/estate/ceremonies', { tid: DEFAULT_TERMINAL_ID })
  expect(begun).toMatchObject({ status: 201, body: { state: 'open' } })
  const path = `/api/estate/ceremonies/${begun.body.id}`
  const components: Uint8Array[] = []
  for (const [index, custodian] of custodians.entries()) {
    const page = await custodian.ask('POST', `${path}/components/${index + 1}`, {})
    expect(page.headers.get('cache-control')).toBe('no-store')
    const words = (page.body.groups as string[]).map((group) => groupBytes(group) ?? new Uint8Array(0))
    const component = Uint8Array.from(words.flatMap((word) => [...word]))
    expect(toHex(keyCheckValue('tdes', component))).toBe(page.body.checkValue)
    components.push(component)
    const second = await custodian.ask('POST', `${path}/components/${((index + 1) % 3) + 1}`, {})
    expect(second).toMatchObject({ status: 409, body: { kind: 'notNow' } })
  }
  const checkValue = toHex(keyCheckValue('tdes', joinComponents(components)))
  expect(checkValue).toBe(begun.body.checkValue)
  const [ceremony] = (await administrator.ask('GET', '/api/estate/ceremonies')).body
  expect(ceremony).toMatchObject({ state: 'printed', checkValue })
  const { version } = ceremony
  const wrong = await administrator.ask('POST', `${path}/use`, { checkValue: 'ABCDEF', version })
  expect(wrong).toMatchObject({ status: 400, body: { kind: 'badInput' } })
  const used = await administrator.ask('POST', `${path}/use`, { checkValue, version })
  expect(used.body.state).toBe('loaded')
  expect(world.host.terminal(DEFAULT_TERMINAL_ID)?.masterKey?.checkValue).toBe(checkValue)
  expect(world.office.audit.verify().findings).toEqual([])
  const actions = world.office.audit.list({ action: 'ceremony', limit: 9 }).map(({ action }) => action)
  expect(actions).toEqual(
    ['loaded', 'printed', 'printed', 'printed', 'begun'].map((each) => `ceremony.${each}`),
  )
  expectNowhere(components)
})

/** Neither a component nor its text is in the files of the host. */
function expectNowhere(components: readonly Uint8Array[]): void {
  const office = world.office.database.db.serialize()
  const audit = readFileSync(join(world.directory, 'host.db'))
  for (const component of components) {
    const hex = toHex(component)
    for (const bytes of [office, audit]) {
      expect(bytes.includes(Buffer.from(fromHex(hex)))).toBe(false)
      expect(bytes.includes(hex) || bytes.includes(hex.toLowerCase())).toBe(false)
    }
  }
}
