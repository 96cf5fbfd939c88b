import '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Office } from '../office/open-office.ts'
import type { Role } from '../office/roles.ts'
import type { Session } from '../office/session-store.ts'
import type { User } from '../office/user-store.ts'
import { ConsoleProblem } from './console-problem.ts'

/**
 * Who may use a route. `device`: the route checks the device itself (activation code, certificate). Each route under
 * `/api` must say it; the console does not start otherwise.
 */
export type Access = 'everybody' | 'signedIn' | 'device' | readonly Role[]

export interface Caller {
  readonly user: User
  readonly session: Session
  readonly token: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** A second factor must have been given in the last minutes: tasks with keys. */
    secondFactor?: boolean
    /** Allowed although the user must choose a new password first. */
    beforeNewPassword?: boolean
  }
  interface FastifyRequest {
    caller: Caller | undefined
  }
}

export const SESSION_COOKIE = 'tillwire-session'
const CSRF_HEADER = 'x-csrf-token'
const FACTOR_GOOD_MS = 10 * 60_000
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Refuses with a `ConsoleProblem` whoever may not; leaves who it is at the request. */
export function guard(office: Office) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    const { access } = request.routeOptions.config
    if (access === undefined || access === 'device') return
    if (!READING.has(request.method)) checkOrigin(request)
    if (access === 'everybody') return
    const caller = callerOf(office, request)
    if (caller === undefined) throw signInFirst()
    request.caller = caller
    const isFromPage = request.headers[CSRF_HEADER] === caller.session.csrfToken
    if (!READING.has(request.method) && !isFromPage) throw wrongPage()
    allow(request, caller, access, office.nowMs())
  }
}

function allow(
  { routeOptions: { config } }: FastifyRequest,
  caller: Caller,
  access: 'signedIn' | readonly Role[],
  nowMs: number,
): void {
  const { mustChangePassword, roles } = caller.user
  if (mustChangePassword && config.beforeNewPassword !== true) throw newPasswordFirst()
  if (access !== 'signedIn' && !roles.some((role) => access.includes(role))) throw notYours(access)
  if (config.secondFactor === true) requireFactor(caller, nowMs)
}

/** Who a request comes from, by its cookie; undefined when nobody is signed in. */
export function callerOf(office: Office, request: FastifyRequest): Caller | undefined {
  const token = request.cookies[SESSION_COOKIE]
  if (token === undefined) return undefined
  const session = office.sessions.find(token)
  if (session === undefined) return undefined
  const user = office.users.find(session.userName)
  return user === undefined || user.status !== 'active' ? undefined : { user, session, token }
}

/** The name of who is signed in, for the audit log. Only in routes whose access is no `everybody` or `device`. */
export function actorOf(request: FastifyRequest): string {
  if (request.caller === undefined) throw signInFirst()
  return request.caller.user.name
}

/** A browser says where a request comes from; another site's is refused. @throws {ConsoleProblem} */
export function checkOrigin(request: FastifyRequest, { isNeeded = false } = {}): void {
  const { origin, host } = request.headers
  if (origin === undefined && !isNeeded) return
  if (origin !== undefined && URL.canParse(origin) && new URL(origin).host === host) return
  throw wrongPage()
}

function requireFactor(caller: Caller, nowMs: number): void {
  if (!caller.user.hasSecondFactor) {
    throw new ConsoleProblem(403, 'secondFactorMissing', {
      zh: '密钥类操作需要第二因素：请先在“我的账户”中设置动态口令。',
      en: 'Tasks with keys need a second factor: set one up under “My account” first.',
    })
  }
  const { factorAtMs } = caller.session
  if (factorAtMs === undefined || nowMs - factorAtMs > FACTOR_GOOD_MS) {
    throw new ConsoleProblem(403, 'secondFactorNeeded', {
      zh: '请输入动态口令后再试。',
      en: 'Enter the code of your authenticator app, then try again.',
    })
  }
}

function signInFirst(): ConsoleProblem {
  return new ConsoleProblem(401, 'signInFirst', {
    zh: '您尚未登录，或登录已过期：请登录后再试，没有任何内容被更改。',
    en: 'You are not signed in, or your session has ended: sign in and try again. Nothing was changed.',
  })
}

function newPasswordFirst(): ConsoleProblem {
  return new ConsoleProblem(403, 'newPasswordFirst', {
    zh: '这是别人给您的初始密码：请先设置您自己的密码。',
    en: 'This is a first password that somebody gave you: choose your own first.',
  })
}

function notYours(access: readonly Role[]): ConsoleProblem {
  return new ConsoleProblem(403, 'notYours', {
    zh: `您的角色不能执行此操作（需要：${access.join('、')}）：请联系管理员。`,
    en: `Your role may not do this (it takes ${access.join(' or ')}): ask an administrator.`,
  })
}

function wrongPage(): ConsoleProblem {
  return new ConsoleProblem(403, 'wrongPage', {
    zh: '请求不是来自本页面：请刷新页面后再试。',
    en: 'The request did not come from this page: reload the page and try again.',
  })
}
