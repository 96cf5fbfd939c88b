import { signal } from '@preact/signals'
import type { SessionView } from '../../host/console/api-types/session.ts'
import type { Text } from './language.ts'
import { isExpired, session } from './session.ts'

/** What the host answered instead of what was asked for, with a sentence for the reader. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly kind: string
  readonly text: Text
  readonly detail: unknown

  constructor(status: number, kind: string, text: Text, detail: unknown) {
    super(text.en)
    this.status = status
    this.kind = kind
    this.text = text
    this.detail = detail
  }
}

interface Waiting {
  readonly again: () => void
  readonly giveUp: () => void
}

/** Requests that wait for a code of the second factor; the dialog lets them go. */
export const factorNeeded = signal<Waiting | undefined>(undefined)
const signInWaiters: (() => void)[] = []

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/**
 * Asks the host. When the session has ended, or a second factor is due, the request waits until the reader has given it,
 * and is then made again: nothing that was typed is lost.
 *
 * Rejects with `ApiProblem`.
 */
export async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  try {
    return await askOnce<T>(method, path, body)
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    if (error.kind === 'signInFirst' && session.value !== null && session.value !== undefined) {
      await signedInAgain()
      return askOnce<T>(method, path, body)
    }
    if (error.kind === 'secondFactorNeeded') {
      if (!(await factorGiven())) throw error
      return askOnce<T>(method, path, body)
    }
    throw error
  }
}

export const get = <T>(path: string): Promise<T> => ask<T>('GET', path)
export const post = <T>(path: string, body: unknown = {}): Promise<T> => ask<T>('POST', path, body)
export const put = <T>(path: string, body: unknown): Promise<T> => ask<T>('PUT', path, body)

async function askOnce<T>(method: Method, path: string, body: unknown): Promise<T> {
  const response = await reach(method, path, body)
  const isJson = response.headers.get('content-type')?.includes('json') === true
  const answer: unknown = isJson ? await response.json() : undefined
  if (response.ok) return answer as T
  const {
    kind = 'failed',
    zh,
    en,
    detail,
  } = (answer ?? {}) as Partial<Text & { kind: string; detail: unknown }>
  throw new ApiProblem(
    response.status,
    kind,
    { zh: zh ?? '主机没有完成。', en: en ?? 'The host did not do it.' },
    detail,
  )
}

async function reach(method: Method, path: string, body: unknown): Promise<Response> {
  const token = session.value?.csrfToken
  try {
    return await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { 'x-csrf-token': token }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch {
    throw new ApiProblem(
      0,
      'unreachable',
      {
        zh: '连不上主机：请检查主机是否在运行，然后重试。',
        en: 'The host can’t be reached: check that it runs, then try again.',
      },
      undefined,
    )
  }
}

export async function loadSession(): Promise<void> {
  const answer = await askOnce<{ readonly session: SessionView | null }>('GET', '/api/session', undefined)
  session.value = answer.session
}

export async function signIn(name: string, password: string): Promise<void> {
  session.value = await askOnce<SessionView>('POST', '/api/session', { name, password })
  isExpired.value = false
  for (const resume of signInWaiters.splice(0)) resume()
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/api/session')
  session.value = null
}

function signedInAgain(): Promise<void> {
  isExpired.value = true
  return new Promise((resume) => signInWaiters.push(resume))
}

function factorGiven(): Promise<boolean> {
  return new Promise((done) => {
    factorNeeded.value = {
      again: () => {
        factorNeeded.value = undefined
        done(true)
      },
      giveUp: () => {
        factorNeeded.value = undefined
        done(false)
      },
    }
  })
}
