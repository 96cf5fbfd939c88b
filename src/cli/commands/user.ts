import { Command } from 'commander'
import { isRole, ROLES, type Role } from '../../host/office/roles.ts'
import { withOffice, withOfficeToRead } from '../console/with-office.ts'
import { UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from '../host/command-records.ts'

interface Flags extends RecordFlags {
  readonly json?: boolean
}

const DATA = ['--data <dir>', 'folder of the host', 'tillwire-data/host'] as const
const ACTOR = 'command line'

export function buildCommand(): Command {
  const add = new Command('add')
    .description(`Add a user; prints the first password, once. Roles: ${ROLES.join(', ')}.`)
    .argument('<name>', '2 to 32 lower-case letters, digits, . _ -')
    .requiredOption('--roles <list>', 'one or more, with commas')
    .option('--full-name <text>', 'as people write it')
    .option(...DATA)
    .addOption(storeOption())
    .action(addUser)
  const list = new Command('list')
    .description('Print who may sign in.')
    .option(...DATA)
    .addOption(storeOption())
    .option('--json', 'print JSON')
    .action(printUsers)
  const reset = new Command('reset')
    .description(
      'Give somebody a new first password; takes their second factor away and ends their sessions.',
    )
    .argument('<name>')
    .option(...DATA)
    .addOption(storeOption())
    .action(resetPassword)
  return new Command('user')
    .description('People of the console. 控制台用户')
    .addCommand(add)
    .addCommand(list)
    .addCommand(reset)
}

function addUser(name: string, flags: Flags & { roles: string; fullName?: string }): Promise<void> {
  if (!/^[a-z0-9][a-z0-9._-]{1,31}$/.test(name))
    throw new UsageFailure('a name has 2 to 32 lower-case letters, digits, . _ -')
  const roles = rolesOf(flags.roles)
  return withOffice(flags, async ({ users, people }) => {
    if (users.find(name) !== undefined) throw new UsageFailure(`there is a user ${name} already`)
    const password = await people.create(ACTOR, { name, fullName: flags.fullName ?? name, roles })
    return `${name}  ${password}\n`
  })
}

function rolesOf(text: string): readonly Role[] {
  return text.split(',').map((each) => {
    const role = each.trim()
    if (!isRole(role)) throw new UsageFailure(`'${role}' is no role: ${ROLES.join(', ')}`)
    return role
  })
}

function printUsers(flags: Flags): Promise<void> {
  return withOfficeToRead(flags, ({ users }) => {
    const all = users.list()
    if (flags.json) process.stdout.write(`${JSON.stringify(all)}\n`)
    else
      for (const { name, roles, status, hasSecondFactor } of all)
        process.stdout.write(
          `${name.padEnd(20)} ${status.padEnd(9)} ${hasSecondFactor ? '2FA' : '   '}  ${roles.join(', ')}\n`,
        )
  })
}

function resetPassword(name: string, flags: Flags): Promise<void> {
  return withOffice(flags, async ({ users, people }) => {
    if (users.find(name) === undefined) throw new UsageFailure(`there is no user ${name}: see user list`)
    return `${name}  ${await people.resetPassword(ACTOR, name)}\n`
  })
}
