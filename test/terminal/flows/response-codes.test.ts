import { describe, expect, it } from 'vitest'
import {
  RESPONSE_CODES,
  responseCodeInfo,
  SIGN_IN_CODES,
  SUCCESS_CODES,
} from '../../../src/terminal/flows/response-codes.ts'

describe('response codes', () => {
  it('each stands once, with a text in both languages', () => {
    expect(new Set(RESPONSE_CODES.map((each) => each.code)).size).toBe(RESPONSE_CODES.length)
    for (const { code, shown, meaning } of RESPONSE_CODES) {
      expect(code).toMatch(/^[0-9A-Z]{2}$/)
      expect([shown.zh, shown.en, meaning.zh, meaning.en].every((text) => text !== '')).toBe(true)
    }
  })

  it('class A is exactly the success set', () => {
    const successes = RESPONSE_CODES.filter((each) => each.class === 'A').map((each) => each.code)
    expect(successes.sort()).toEqual([...SUCCESS_CODES].sort())
  })

  it('what asks for a sign-in says so', () => {
    for (const code of SIGN_IN_CODES) expect(responseCodeInfo(code).action.en).toBe('Sign in again')
  })

  it('an unknown code is a failure', () => {
    expect(responseCodeInfo('Q7')).toMatchObject({ class: 'C', shown: { en: 'Transaction failed' } })
  })
})
