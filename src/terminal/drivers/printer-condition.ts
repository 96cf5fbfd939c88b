import type { PrinterError, PrinterStatus } from '../../../hardware/protocol/printer-status.ts'
import type { DeviceCondition } from '../flows/peripheral-effect.ts'
import type { PrintOutcome } from '../flows/print-document.ts'

export type PrintStop = (PrintOutcome & { readonly kind: 'notPrinted' })['cause']

/** Why a printer in `status` prints nothing; undefined when it prints. An open cover hides the paper sensor. */
export function stopOf(status: PrinterStatus): PrintStop | undefined {
  if (status.coverOpen) return 'coverOpen'
  if (status.paperEnd) return 'paperEnd'
  if (status.error !== undefined) return 'fault'
  return status.online ? undefined : 'offline'
}

const ERROR_TEXTS: { readonly [error in PrinterError]: string } = {
  cutter: '切刀卡住 cutter jammed',
  unrecoverable: '打印机故障,请断电重启 printer error: switch it off and on',
  recoverable: '打印机故障 printer error',
  autoRecoverable: '打印头过热,请稍候 print head hot: wait',
}

/** What the operator is told of paper and cover. */
export const PAPER_DETAILS = {
  coverOpen: '机盖打开 cover open',
  paperEnd: '缺纸 paper end',
  paperNearEnd: '纸将尽 paper near end',
} as const

/** What the operator is told; empty when all is well. */
function detailOf(status: PrinterStatus): string {
  if (status.coverOpen) return PAPER_DETAILS.coverOpen
  if (status.paperEnd) return PAPER_DETAILS.paperEnd
  if (status.error !== undefined) return ERROR_TEXTS[status.error]
  if (!status.online) return '脱机 offline'
  return status.paperNearEnd ? PAPER_DETAILS.paperNearEnd : ''
}

/** The condition of a printer that answers. */
export function conditionOf(status: PrinterStatus): DeviceCondition {
  const detail = detailOf(status)
  return {
    device: 'printer',
    state: detail === '' ? 'ready' : 'degraded',
    identity: 'ESC/POS, GB18030',
    detail,
  }
}

export function missingPrinter(detail: string): DeviceCondition {
  return { device: 'printer', state: 'missing', detail }
}
