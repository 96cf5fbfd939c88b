import { expect, it } from 'vitest'
import { StoreError } from '../../../src/host/core/store-port.ts'
import { postgresErrorOf } from '../../../src/host/store/postgres-errors.ts'
import { readPostgresAddress } from '../../../src/host/store/postgres-place.ts'

function kindOf(code: string): string {
  const meaning = postgresErrorOf(Object.assign(new Error('said by the server'), { code }), 'database t')
  if (!(meaning instanceof StoreError)) return 'bug'
  expect(meaning.message).toMatch(/^database t[ :]/)
  expect(meaning.message).not.toContain('said by the server')
  return meaning.kind
}

it('trouble of the server is an outage whatever its code, and what one message brought about is none', () => {
  const away = ['42501', '42P01', '42703', '53400', '55000', '58P01', 'XX000', '25P04', '57P05', 'EPIPE']
  expect(away.filter((code) => kindOf(code) !== 'away')).toEqual([])
  expect(['22003', '22P02', '23505', '23514', '21000'].filter((code) => kindOf(code) !== 'bug')).toEqual([])
  expect(kindOf('53100')).toBe('full')
  expect(kindOf('XX001')).toBe('fatal')
  expect(postgresErrorOf(new TypeError('no function'), 'database t')).toBeInstanceOf(TypeError)
})

it('what is wrong with TLS to the server is said, and is no bug', () => {
  const said = (text: string, code?: string): string => {
    const meaning = postgresErrorOf(
      Object.assign(new Error(text), code === undefined ? {} : { code }),
      'database t',
    )
    return meaning instanceof StoreError ? meaning.message : 'bug'
  }
  expect(said('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT')).toMatch(
    /is not trusted .*sslrootcert/,
  )
  expect(said('Hostname/IP does not match', 'ERR_TLS_CERT_ALTNAME_INVALID')).toMatch(/is not trusted/)
  expect(said('The server does not support SSL connections')).toMatch(/speaks no TLS/)
  const { config } = readPostgresAddress('postgres://u:p%2Fq@h/d?sslmode=require')
  expect(config.connectionString).toBe('postgres://u:p%2Fq@h/d?sslmode=verify-full')
})
