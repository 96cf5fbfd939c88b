/** One device of a delivery. */
export interface StockLine {
  readonly serial: string
  readonly typeId: string
}

/** What is wrong with a line; `line` from 1. Holds no value of the file. */
export interface StockFault {
  readonly line: number
  readonly zh: string
  readonly en: string
}

export const STOCK_LINES_MAX = 10_000
const HEADER = 'serial,type'

/**
 * Reads a delivery list: CSV in UTF-8, a first line `serial,type`, then a device a line (RFC 4180, without quotes). Either
 * all lines are right, or all that are wrong are named.
 */
export function readStockFile(
  text: string,
  isType: (id: string) => boolean,
  isKnown: (serial: string) => boolean,
): { readonly devices: readonly StockLine[]; readonly faults: readonly StockFault[] } {
  const [header, ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (header?.trim() !== HEADER)
    return { devices: [], faults: [fault(1, `第一行应为 ${HEADER}`, `the first line must be ${HEADER}`)] }
  const devices: StockLine[] = []
  const faults: StockFault[] = []
  const seen = new Set<string>()
  for (const [index, each] of lines.entries()) {
    if (each.trim() === '') continue
    const read = readLine(each, index + 2, isType, (serial) => seen.has(serial) || isKnown(serial))
    if ('line' in read) faults.push(read)
    else {
      seen.add(read.serial)
      devices.push(read)
    }
  }
  if (devices.length > STOCK_LINES_MAX)
    faults.push(
      fault(STOCK_LINES_MAX + 2, `最多 ${STOCK_LINES_MAX} 台`, `at most ${STOCK_LINES_MAX} devices at once`),
    )
  if (devices.length === 0 && faults.length === 0)
    faults.push(fault(2, '没有任何设备', 'there is no device in it'))
  return { devices, faults }
}

function readLine(
  text: string,
  line: number,
  isType: (id: string) => boolean,
  isTaken: (serial: string) => boolean,
): StockLine | StockFault {
  const fields = text.split(',').map((each) => each.trim())
  const [serial = '', typeId = ''] = fields
  if (fields.length !== 2) return fault(line, '应有两列', 'two columns are expected')
  if (!/^[0-9A-Z]{4,32}$/.test(serial))
    return fault(
      line,
      '序列号应为 4 至 32 位大写字母或数字',
      'a serial number has 4 to 32 capital letters or digits',
    )
  if (!isType(typeId)) return fault(line, '没有这种终端类型', 'there is no such terminal type')
  if (isTaken(serial)) return fault(line, '序列号重复', 'the serial number is there already')
  return { serial, typeId }
}

function fault(line: number, zh: string, en: string): StockFault {
  return { line, zh: `第 ${line} 行：${zh}`, en: `line ${line}: ${en}` }
}
