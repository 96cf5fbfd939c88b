import { describe, expect, it, vi } from 'vitest'
import { openOffice } from '../../../src/host/office/open-office.ts'

const { scrypted } = vi.hoisted(() => ({ scrypted: [] as object[] }))
vi.mock(import('node:crypto'), async (original) => {
  const crypto = await original()
  const scrypt = (...args: Parameters<typeof crypto.scrypt>) => {
    scrypted.push(args[3])
    return crypto.scrypt(...args)
  }
  return { ...crypto, scrypt: scrypt as typeof crypto.scrypt }
})

const STRONG = { N: 32_768, r: 8, p: 3 }
const SECURITY = {
  sealData: (data: Uint8Array) => data,
  unsealData: (data: Uint8Array) => data,
  auditTag: () => new Uint8Array(16),
}

describe('passwords of the console', () => {
  it('are hashed as OWASP asks, and a name that does not exist takes the same work', async () => {
    const office = openOffice({ directory: undefined, security: SECURITY })
    const { people, users } = office
    const password = await people.create('test', { name: 'somebody', fullName: 'S', roles: ['clerk'] })
    expect(users.secrets('somebody')?.passwordHash).toMatch(
      /^scrypt\$32768\$8\$3\$[\w+/]{22}==\$[\w+/]{43}=$/,
    )
    expect(await people.signIn('somebody', password, 'here')).toMatchObject({ kind: 'signedIn' })
    expect(await people.signIn('nobody', password, 'here')).toEqual({ kind: 'refused' })
    expect(scrypted).toEqual([1, 2, 3].map(() => expect.objectContaining(STRONG)))
    office.close()
  })
})
