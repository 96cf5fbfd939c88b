import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { PASSWORD_SIZE_MIN } from '../../office/people.ts'
import { actorOf, callerOf, SESSION_COOKIE } from '../access.ts'
import { SESSION_VIEW } from '../api-types/session.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { ConsoleProblem } from '../console-problem.ts'

const DONE = z.object({ done: z.literal(true) })
const CODE = z.object({ code: z.string().regex(/^\d{6}$/, 'six digits') })

/** Signing in and out, one's own password and second factor. */
export function sessionRoutes(app: ConsoleApp, context: ConsoleContext): void {
  signInRoutes(app, context)
  accountRoutes(app, context)
  factorRoutes(app, context)
}

function signInRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { office } = context
  app.route({
    method: 'POST',
    url: '/api/session',
    config: { access: 'everybody', rateLimit: tries(context) },
    schema: {
      summary: 'Sign in; the session stands in a cookie',
      tags: ['session'],
      body: z.object({ name: z.string().min(1).max(64), password: z.string().min(1).max(256) }),
      response: { 200: SESSION_VIEW },
    },
    async handler(request, reply) {
      const { name, password } = request.body
      const outcome = await office.people.signIn(name, password, request.ip)
      if (outcome.kind === 'locked') throw locked(outcome.untilMs - office.nowMs())
      if (outcome.kind === 'refused') throw wrongNameOrPassword()
      const { user, token, csrfToken } = outcome
      void reply.setCookie(SESSION_COOKIE, token, cookieOptions(request.protocol === 'https'))
      return { ...user, roles: [...user.roles], csrfToken }
    },
  })
  app.route({
    method: 'GET',
    url: '/api/session',
    config: { access: 'everybody' },
    schema: {
      summary: 'Who is signed in; null when nobody is',
      tags: ['session'],
      response: { 200: z.object({ session: SESSION_VIEW.nullable() }) },
    },
    handler(request) {
      const caller = callerOf(office, request)
      if (caller === undefined) return { session: null }
      const { user, session } = caller
      return { session: { ...user, roles: [...user.roles], csrfToken: session.csrfToken } }
    },
  })
  app.route({
    method: 'DELETE',
    url: '/api/session',
    config: { access: 'signedIn', beforeNewPassword: true },
    schema: { summary: 'Sign out', tags: ['session'], response: { 200: DONE } },
    handler(request, reply) {
      office.people.signOut(actorOf(request), request.caller?.token ?? '')
      forgetCookie(reply)
      return { done: true as const }
    },
  })
}

function accountRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { office } = context
  app.route({
    method: 'PUT',
    url: '/api/session/password',
    config: { access: 'signedIn', beforeNewPassword: true, rateLimit: tries(context) },
    schema: {
      summary: "Change one's own password; ends one's other sessions",
      tags: ['session'],
      body: z.object({
        old: z.string().min(1).max(256),
        next: z.string().min(PASSWORD_SIZE_MIN, `at least ${PASSWORD_SIZE_MIN} characters`).max(256),
      }),
      response: { 200: DONE },
    },
    async handler(request) {
      const { old, next } = request.body
      const name = actorOf(request)
      const isNew = old !== next && next.toLowerCase() !== name
      if (!isNew) throw weakPassword()
      const changed = await office.people.changePassword(name, old, next, request.caller?.token ?? '')
      if (!changed) throw wrongNameOrPassword()
      return { done: true as const }
    },
  })
}

function factorRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { office } = context
  app.route({
    method: 'POST',
    url: '/api/session/second-factor/offer',
    config: { access: 'signedIn' },
    schema: {
      summary: 'A new secret for an authenticator app, shown once',
      tags: ['session'],
      response: { 200: z.object({ uri: z.string(), text: z.string() }) },
    },
    handler(request) {
      const { uri, text } = office.people.offerFactor(actorOf(request))
      return { uri, text }
    },
  })
  app.route({
    method: 'PUT',
    url: '/api/session/second-factor',
    config: { access: 'signedIn', rateLimit: tries(context) },
    schema: {
      summary: 'Prove the offered secret with a code of the app',
      tags: ['session'],
      body: CODE,
      response: { 200: DONE },
    },
    handler(request) {
      if (!office.people.acceptFactor(actorOf(request), request.body.code)) throw wrongCode()
      return { done: true as const }
    },
  })
  app.route({
    method: 'POST',
    url: '/api/session/second-factor',
    config: { access: 'signedIn', rateLimit: tries(context) },
    schema: {
      summary: 'Give a code before a task with keys; good for ten minutes',
      tags: ['session'],
      body: CODE,
      response: { 200: DONE },
    },
    handler(request) {
      const outcome = office.people.giveFactor(
        actorOf(request),
        request.body.code,
        request.caller?.token ?? '',
      )
      if (outcome !== 'given') throw wrongCode()
      return { done: true as const }
    },
  })
}

function tries({ secretTriesMax }: ConsoleContext) {
  return { max: secretTriesMax, timeWindow: 60_000 }
}

function cookieOptions(secure: boolean) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure } as const
}

function forgetCookie(reply: FastifyReply): void {
  void reply.clearCookie(SESSION_COOKIE, { path: '/' })
}

function wrongNameOrPassword(): ConsoleProblem {
  return new ConsoleProblem(401, 'wrongPassword', {
    zh: '用户名或密码不对。连续五次错误后锁定十五分钟。',
    en: 'The name or the password is wrong. After five wrong tries the name is locked for fifteen minutes.',
  })
}

function locked(waitMs: number): ConsoleProblem {
  const minutes = Math.max(1, Math.ceil(waitMs / 60_000))
  return new ConsoleProblem(423, 'locked', {
    zh: `错误次数过多，已锁定：请 ${minutes} 分钟后再试。`,
    en: `Too many wrong tries: this name is locked, try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
  })
}

function weakPassword(): ConsoleProblem {
  return new ConsoleProblem(400, 'weakPassword', {
    zh: '新密码不能与旧密码或用户名相同。',
    en: 'The new password must differ from the old one and from your name.',
  })
}

function wrongCode(): ConsoleProblem {
  return new ConsoleProblem(403, 'wrongCode', {
    zh: '动态口令不对，或已用过：请等下一个口令再试。',
    en: 'The code is wrong or was used before: wait for the next one and try again.',
  })
}
