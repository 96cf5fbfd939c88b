import { z } from 'zod'
import { ROLES } from '../../office/roles.ts'
import type { User, UserStore } from '../../office/user-store.ts'
import { actorOf } from '../access.ts'
import { USER_VIEW } from '../api-types/session.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { ConsoleProblem, changedMeanwhile, notFound } from '../console-problem.ts'

const NAME = z.string().regex(/^[a-z0-9][a-z0-9._-]{1,31}$/, '2 to 32 lower-case letters, digits, . _ -')
const ROLE_LIST = z.array(z.enum(ROLES)).min(1).max(ROLES.length)
const FIRST_PASSWORD = z.object({ user: USER_VIEW, firstPassword: z.string() })

/** The people of the console and their roles. */
export function userRoutes(app: ConsoleApp, context: ConsoleContext): void {
  addUserRoutes(app, context)
  changeUserRoutes(app, context)
}

function addUserRoutes(app: ConsoleApp, { office: { users, people } }: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/users',
    config: { access: ['administrator', 'auditor'] },
    schema: { summary: 'Everybody who may sign in', tags: ['users'], response: { 200: z.array(USER_VIEW) } },
    handler: () => users.list().map(show),
  })
  app.route({
    method: 'POST',
    url: '/api/users',
    config: { access: ['administrator'] },
    schema: {
      summary: 'A new user; the first password is in the answer and nowhere else',
      tags: ['users'],
      body: z.object({ name: NAME, fullName: z.string().trim().min(1).max(80), roles: ROLE_LIST }),
      response: { 201: FIRST_PASSWORD },
    },
    async handler(request, reply) {
      const { body } = request
      if (users.find(body.name) !== undefined) throw nameTaken(body.name)
      const firstPassword = await people.create(actorOf(request), body)
      return reply.status(201).send({ user: show(known(users, body.name)), firstPassword })
    },
  })
}

function changeUserRoutes(app: ConsoleApp, { office }: ConsoleContext): void {
  const { users, people, audit, database, sessions } = office
  app.route({
    method: 'PUT',
    url: '/api/users/:name',
    config: { access: ['administrator'] },
    schema: {
      summary: 'Change name, roles or status; a disabled user is signed out',
      tags: ['users'],
      params: z.object({ name: NAME }),
      body: z.object({
        fullName: z.string().trim().min(1).max(80),
        roles: ROLE_LIST,
        status: z.enum(['active', 'disabled']),
        version: z.number().int(),
      }),
      response: { 200: USER_VIEW },
    },
    handler(request) {
      const { name } = request.params
      const { version, ...change } = request.body
      const before = known(users, name)
      if (isLastAdministrator(users.list(), before, change)) throw lastAdministrator()
      database.transaction(() => {
        if (!users.change(name, version, change)) throw changedMeanwhile(show(known(users, name)))
        if (change.status === 'disabled') sessions.endAll(name)
        const detail = { roles: change.roles, status: change.status }
        audit.append({ actor: actorOf(request), action: 'user.changed', subject: name, detail })
      })
      return show(known(users, name))
    },
  })
  app.route({
    method: 'POST',
    url: '/api/users/:name/first-password',
    config: { access: ['administrator'] },
    schema: {
      summary: 'A new first password for somebody who lost theirs; takes their second factor away',
      tags: ['users'],
      params: z.object({ name: NAME }),
      response: { 200: FIRST_PASSWORD },
    },
    async handler(request) {
      const { name } = request.params
      known(users, name)
      const firstPassword = await people.resetPassword(actorOf(request), name)
      return { user: show(known(users, name)), firstPassword }
    },
  })
}

function known(users: UserStore, name: string): User {
  const user = users.find(name)
  if (user === undefined) throw notFound({ zh: `用户 ${name}`, en: `user ${name}` })
  return user
}

function show({ lockedUntilMs, lastSignInMs, roles, ...user }: User) {
  return {
    ...user,
    roles: [...roles],
    lockedUntilMs: lockedUntilMs ?? null,
    lastSignInMs: lastSignInMs ?? null,
  }
}

/** Nobody may shut everybody out. */
function isLastAdministrator(
  all: readonly User[],
  before: User,
  next: Pick<User, 'roles' | 'status'>,
): boolean {
  const isOne = ({ roles, status }: Pick<User, 'roles' | 'status'>): boolean =>
    status === 'active' && roles.includes('administrator')
  return isOne(before) && !isOne(next) && all.filter(isOne).length === 1
}

function nameTaken(name: string): ConsoleProblem {
  return new ConsoleProblem(409, 'nameTaken', {
    zh: `用户名 ${name} 已被使用：请换一个。`,
    en: `The name ${name} is taken: choose another.`,
  })
}

function lastAdministrator(): ConsoleProblem {
  return new ConsoleProblem(409, 'lastAdministrator', {
    zh: '这是最后一位管理员：请先指定另一位管理员。',
    en: 'This is the last administrator: make another one first.',
  })
}
