import { asciiToBytes, bytesToAscii, fromHex } from '../../base/bytes.ts'
import { formatSoftwareStatus } from '../../iso8583/subfields/software-status.ts'
import { sendStatus } from './download.ts'
import { append, deviceReport, type Flow } from './effect.ts'
import type { DeviceCondition } from './peripheral-effect.ts'
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
/** Ours, behind what the sources know: 61 and sixteen characters of the software's version. */
const SOFTWARE = '61'
const SOFTWARE_SIZE = 16

/** Status upload: devices, parameters in force, version. It owes nothing. */
export function* uploadStatus(context: TerminalContext): Flow<CommandOutcome> {
  yield* showMessage('uploadingStatus')
  const { devices } = yield* deviceReport()
  const sent = yield* sendStatus(context, asciiToBytes(statusText(context, devices)))
  if (!sent.ok) return sent.outcome
  if (context.state.packages?.isReportDue === true) yield* append({ kind: 'packageReported' })
  yield* showMessage('statusUploaded')
  return { kind: 'done' }
}

function statusText(context: TerminalContext, devices: readonly DeviceCondition[]): string {
  const { state, softwareVersion } = context
  const { statusExtensions } = activeProfile(context)
  const stateOf = (device: DeviceCondition['device']): string =>
    devices.some((each) => each.device === device && each.state === 'ready') ? GOOD : BAD
  // A terminal that can say this has keys and a display that work.
  const conditions = [
    KEYBOARD + GOOD,
    ...(['pinPad', 'cardReader', 'printer'] as const).map((device) => DEVICES[device] + stateOf(device)),
    DISPLAY + GOOD,
  ]
  const parameters = bytesToAscii(fromHex(state.downloads?.parameters ?? ''))
  const extension =
    statusExtensions && softwareVersion !== undefined
      ? SOFTWARE + softwareVersion.slice(0, SOFTWARE_SIZE).padEnd(SOFTWARE_SIZE, ' ')
      : ''
  const software =
    statusExtensions && state.packages !== undefined ? formatSoftwareStatus(state.packages.status) : ''
  return conditions.join('') + parameters.replace(/[^\x20-\x7e]/g, '?') + extension + software
}
