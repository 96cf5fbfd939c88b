import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Command, Option } from 'commander'
import { readTerminalTypes } from '../../../hardware/profiles/terminal-type.ts'
import { CODE_HOURS_MAX } from '../../host/estate/activation-codes.ts'
import { DEVICE_STATES, type DeviceState } from '../../host/estate/device-state.ts'
import { ORDER_STATES, type OrderState, orderNames } from '../../host/estate/work-order-state.ts'
import type { WorkOrder } from '../../host/estate/work-orders.ts'
import { KeyDistribution } from '../../host/security-module/key-distribution.ts'
import {
  openSecurityModule,
  type SoftwareSecurityModule,
} from '../../host/security-module/software-security-module.ts'
import { withSharedConsole } from '../console/with-office.ts'
import { enrolHost, factoryAt } from '../estate/enrol-host.ts'
import { COMMAND_LINE, withFieldEstate, withFieldEstateToRead } from '../estate/with-field-estate.ts'
import { Finding, UsageFailure } from '../failure.ts'
import { type RecordFlags, storeOption } from '../host/command-records.ts'
import { guarded } from '../host/with-records.ts'

interface Flags extends RecordFlags {
  readonly json?: boolean
}

const DATA = ['--data <dir>', '主机目录 | folder of the host', join('tillwire-data', 'host')] as const
const JSON_OPTION = ['--json', '输出 JSON | print JSON'] as const
const LIMIT = 1000

export function buildCommand(): Command {
  return new Command('estate')
    .description(
      'Devices, terminals and jobs in the field, on the records of a host that stands still, or of a shared database; the console does the same while it runs. 终端资产',
    )
    .addCommand(typesCommand())
    .addCommand(enrolCommand())
    .addCommand(stockCommand())
    .addCommand(assignCommand())
    .addCommand(ordersCommand())
    .addCommand(codeCommand())
}

function typesCommand(): Command {
  return new Command('types')
    .description('Print the types of terminals and what they can do. 终端类型')
    .option(...JSON_OPTION)
    .action(({ json }: { json?: boolean }) => {
      const types = [...readTerminalTypes().values()]
      if (json) print(JSON.stringify(types))
      else
        for (const { id, name, summary, capabilities } of types) {
          const has = Object.entries(capabilities).flatMap(([key, value]) => (value === true ? [key] : []))
          const { pinPad, networks, certificates } = capabilities
          const about = [`PIN pad ${pinPad}`, ...networks, ...certificates]
          print(
            `${id.padEnd(8)} ${name.zh}  ${name.en}\n         ${summary.en}\n         ${has.join(', ')}\n         ${about.join(', ')}`,
          )
        }
    })
}

function enrolCommand(): Command {
  return new Command('enrol')
    .description(
      "Let the manufacturer certify this host as a sender of keys, and believe the manufacturer's PIN pads. 向厂商登记主机",
    )
    .option('--factory <dir>', '厂商目录 | folder of the factory', join('tillwire-data', 'factory'))
    .option(...DATA)
    .addOption(storeOption())
    .action(({ data, store, factory }: Flags & { factory: string }) => {
      const enrol = async (security: SoftwareSecurityModule): Promise<string> => {
        const distribution = new KeyDistribution({ directory: data, security, nowMs: Date.now })
        await enrolHost(distribution, await factoryAt(factory))
        return 'The host may send keys to the PIN pads of this factory. 主机可以向该厂商的密码键盘下发密钥。\n'
      }
      if (store !== undefined)
        return withSharedConsole(data, store, 'commissioning', ({ host }) => enrol(host.security))
      return guarded(async () => {
        process.stdout.write(await enrol(openSecurityModule({ directory: data })))
      })
    })
}

function stockCommand(): Command {
  const importCommand = new Command('import')
    .description('Take a delivery into stock: CSV with a first line "serial,type"; all of it, or nothing.')
    .argument('<file>')
    .option('--name <text>', '批次名 | name of the delivery')
    .option(...DATA)
    .addOption(storeOption())
    .action((file: string, flags: Flags & { name?: string }) => {
      const csv = readText(file)
      return withFieldEstate(flags, ({ stock }) => {
        const outcome = stock.import(COMMAND_LINE, flags.name ?? basename(file), csv)
        if (outcome.kind === 'imported') return `${outcome.count} devices taken into stock\n`
        for (const { en, zh } of outcome.faults) print(`${en}  ${zh}`)
        throw new Finding(`${outcome.faults.length} lines are wrong: nothing was taken into stock`)
      })
    })
  const list = new Command('list')
    .description('Print the devices.')
    .addOption(new Option('--state <state>', '状态 | their state').choices(DEVICE_STATES))
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((flags: Flags & { state?: DeviceState }) =>
      withFieldEstateToRead(flags, ({ stock }) => {
        const { devices } = stock.list({ state: flags.state, limit: LIMIT, offset: 0 })
        if (flags.json) return linesOf([JSON.stringify(devices)])
        return linesOf(
          devices.map(({ serial, typeId, state, tid }) =>
            `${serial.padEnd(33)}${typeId.padEnd(10)}${state.padEnd(11)}${tid ?? ''}`.trimEnd(),
          ),
        )
      }),
    )
  return new Command('stock').description('Devices. 设备库存').addCommand(importCommand).addCommand(list)
}

function assignCommand(): Command {
  return new Command('assign')
    .description('Make a device from stock a terminal of a merchant, within the limit of its tier. 分配设备')
    .requiredOption('--serial <number>', '设备序列号 | serial number of the device')
    .requiredOption('--mid <id>', '商户号 | merchant identification')
    .option('--tid <id>', '终端号；缺省为下一个 | terminal number; the next free one by default')
    .option(...DATA)
    .addOption(storeOption())
    .action(({ data, store, ...wanted }: Flags & { serial: string; mid: string; tid?: string }) =>
      withFieldEstate({ data, ...(store === undefined ? {} : { store }) }, ({ assignments }) => {
        const { tid, serial, mid } = assignments.assign(COMMAND_LINE, wanted)
        return `terminal ${tid} of merchant ${mid} is device ${serial}\n`
      }),
    )
}

function ordersCommand(): Command {
  const list = new Command('list')
    .description('Print the work orders, newest first.')
    .addOption(new Option('--state <state>', '状态 | their state').choices(ORDER_STATES))
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((flags: Flags & { state?: OrderState }) =>
      withFieldEstateToRead(flags, (field) => {
        const { orders } = field.orders.list({ state: flags.state, limit: LIMIT, offset: 0 })
        return linesOf(flags.json ? [JSON.stringify(orders)] : orders.map(orderLine))
      }),
    )
  const show = new Command('show')
    .description('Print one work order and what was noted.')
    .argument('<number>')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((text: string, flags: Flags) => {
      const number = Number(text)
      if (!Number.isInteger(number) || number < 1)
        throw new UsageFailure(`'${text}' is no number of an order`)
      return withFieldEstateToRead(flags, ({ orders }) => {
        const order = orders.get(number)
        const notes = orders.notes(number)
        if (flags.json) return linesOf([JSON.stringify({ order, notes })])
        return linesOf([
          orderLine(order),
          ...notes.map(({ atMs, actor, state, note }) =>
            `  ${new Date(atMs).toISOString()}  ${actor}  ${state}  ${note}`.trimEnd(),
          ),
        ])
      })
    })
  return new Command('work-order').description('Jobs on the spot. 工单').addCommand(list).addCommand(show)
}

function orderLine({ number, kind, state, tid, technician, place }: WorkOrder): string {
  const { zh, en } = orderNames(kind, state)
  return `${String(number).padStart(5)}  ${tid}  ${zh} ${en}  ${technician}  ${place}`.trimEnd()
}

function codeCommand(): Command {
  const create = new Command('new')
    .description('Print a new activation code for the device of a terminal; it is kept nowhere.')
    .requiredOption('--tid <id>', '终端号 | terminal number')
    .option('--hours <n>', '有效小时数 | hours that it is good for', '72')
    .option(...DATA)
    .addOption(storeOption())
    .option(...JSON_OPTION)
    .action((flags: Flags & { tid: string; hours: string }) => {
      const count = Number(flags.hours)
      if (!Number.isInteger(count) || count < 1 || count > CODE_HOURS_MAX)
        throw new UsageFailure(`--hours takes a number from 1 to ${CODE_HOURS_MAX}`)
      return withFieldEstate(flags, ({ codes }) => {
        const { code, expiresAtMs } = codes.issue(COMMAND_LINE, flags.tid, count)
        const text = `${code}   ${new Date(expiresAtMs).toISOString()}`
        return linesOf([flags.json ? JSON.stringify({ code, expiresAtMs }) : text])
      })
    })
  return new Command('code').description('Activation codes. 激活码').addCommand(create)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UsageFailure(`cannot read ${path}: name an existing file`)
  }
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
