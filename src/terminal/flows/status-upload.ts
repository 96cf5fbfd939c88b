import { asciiToBytes, bytesToAscii, fromHex } from '../../base/bytes.ts'
import { formatSoftwareStatus } from '../../iso8583/subfields/software-status.ts'
import { formatStatusItems, type PaperLevel } from '../../iso8583/subfields/status-items.ts'
import { sendStatus } from './download.ts'
import { append, deviceReport, type Flow } from './effect.ts'
import { conditionKey } from './message-key.ts'
import type { DeviceCondition, DeviceReportAnswer } from './peripheral-effect.ts'
import { showMessage } from './show.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'

/** Two characters of the device and one of its state. Source: docs of the UnionPay dialect, 5.3, LY and P6. */
const KEYBOARD = '01'
const DISPLAY = '05'
const DEVICES: Readonly<Record<DeviceCondition['device'], string>> = {
  pinPad: '02',
  cardReader: '03',
  printer: '04',
}
const GOOD = '1'
const BAD = '0'

/** Status upload: devices, parameters in force, version, paper, battery. It owes nothing. */
export function* uploadStatus(context: TerminalContext): Flow<CommandOutcome> {
  yield* showMessage('uploadingStatus')
  const outcome = yield* send(context, yield* deviceReport())
  if (outcome.kind === 'done') yield* showMessage('statusUploaded')
  return outcome
}

/** Tells the host by itself when paper, battery or backups stand otherwise than it was told. Nobody at the terminal is troubled. */
export function* tellSupplies(context: TerminalContext): Flow<void> {
  if (!activeProfile(context).statusOnChange || !context.state.signedIn) return
  const report = yield* deviceReport()
  if (suppliesOf(context, report) !== (context.state.suppliesTold ?? ALL_WELL)) yield* send(context, report)
}

function* send(context: TerminalContext, report: DeviceReportAnswer): Flow<CommandOutcome> {
  const sent = yield* sendStatus(context, asciiToBytes(statusText(context, report)))
  if (!sent.ok) return sent.outcome
  if (context.state.packages?.isReportDue === true) yield* append({ kind: 'packageReported' })
  const told = suppliesOf(context, report)
  const isNews = told !== (context.state.suppliesTold ?? ALL_WELL)
  if (isNews && activeProfile(context).statusOnChange) yield* append({ kind: 'suppliesTold', told })
  return { kind: 'done' }
}

const ALL_WELL = 'ok good'
/** Above it the host hears nothing of a battery; below, of each so many percent. */
const BATTERY_GOOD_PERCENT = 30
const BATTERY_STEP_PERCENT = 5

/** Paper, battery and backups, as coarse as the host needs to hear of. What can't be known now stays as it was. */
function suppliesOf(context: TerminalContext, report: DeviceReportAnswer): string {
  const [paperTold, batteryTold] = (context.state.suppliesTold ?? ALL_WELL).split(' ')
  const { battery, backups = [] } = report
  const isGood = battery !== undefined && battery.percent >= BATTERY_GOOD_PERCENT
  const step = isGood ? 'good' : String(Math.floor((battery?.percent ?? 0) / BATTERY_STEP_PERCENT))
  const now = [paperOf(report) ?? paperTold, battery === undefined ? batteryTold : step]
  return [...now, ...backups.map(({ kind, atS }) => `${kind}:${atS}`)].join(' ')
}

function paperOf({ devices }: DeviceReportAnswer): PaperLevel | undefined {
  const printer = devices.find(({ device }) => device === 'printer')
  if (printer === undefined || printer.state === 'missing') return undefined
  const key = conditionKey(printer)
  if (key === 'E-PAPER') return 'out'
  if (key === 'E-PAPER-LOW') return 'nearEnd'
  // An open cover hides the sensor.
  return key === undefined ? 'ok' : undefined
}

function works(condition: DeviceCondition | undefined): boolean {
  if (condition === undefined || condition.state === 'missing') return false
  return condition.state === 'ready' || conditionKey(condition) === 'E-PAPER-LOW'
}

function statusText(context: TerminalContext, report: DeviceReportAnswer): string {
  const { state, softwareVersion } = context
  const { statusExtensions, batteryPresent, chipReader, stripeReader, printerPresent } =
    activeProfile(context)
  const stateOf = (device: DeviceCondition['device']): string =>
    works(report.devices.find((each) => each.device === device)) ? GOOD : BAD
  // What its type does not have is not broken.
  const has: readonly DeviceCondition['device'][] = [
    'pinPad',
    ...(chipReader || stripeReader ? (['cardReader'] as const) : []),
    ...(printerPresent ? (['printer'] as const) : []),
  ]
  // A terminal that can say this has keys and a display that work.
  const conditions = [
    KEYBOARD + GOOD,
    ...has.map((device) => DEVICES[device] + stateOf(device)),
    DISPLAY + GOOD,
  ]
  const parameters = bytesToAscii(fromHex(state.downloads?.parameters ?? ''))
  const paper = paperOf(report)
  const battery = batteryPresent ? report.battery : undefined
  const extension =
    statusExtensions && softwareVersion !== undefined
      ? formatStatusItems({ softwareVersion, paper, battery, backups: report.backups })
      : ''
  const software =
    statusExtensions && state.packages !== undefined ? formatSoftwareStatus(state.packages.status) : ''
  return conditions.join('') + parameters.replace(/[^\x20-\x7e]/g, '?') + extension + software
}
