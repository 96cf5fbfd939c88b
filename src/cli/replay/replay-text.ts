import { messageTypeName } from '../../iso8583/message-types.ts'
import type { CliLanguage } from '../language.ts'
import type { Difference } from './difference.ts'
import type { NumberedEntry, Recording } from './read-recording.ts'
import type { ReplayReport } from './replay-recording.ts'

const CHECKS: Readonly<Record<Difference['check'], Readonly<Record<CliLanguage, string>>>> = {
  reading: { en: 'read', zh: '解析' },
  bytes: { en: 'written', zh: '编码' },
  reply: { en: 'answered', zh: '应答' },
  paper: { en: 'printed', zh: '打印' },
}

/** What was checked, and a table of what differs. */
export function reportText(report: ReplayReport, language: CliLanguage): string {
  const { frames, chunks, sizesOnly, pieces, host, differences, warnings } = report
  const isZh = language === 'zh'
  const lines = [
    isZh
      ? `${frames} 帧已按今天的代码解析并重新编码，${chunks} 段打印机字节，${pieces} 张纸`
      : `${frames} frames read and written again by today's code, ${chunks} chunks of printer bytes, ${pieces} pieces of paper`,
    hostLine(host, isZh),
    ...(sizesOnly === 0
      ? []
      : [isZh ? `${sizesOnly} 处只录下了长度` : `${sizesOnly} entries are sizes alone: nothing to check`]),
    ...(host?.notes ?? []).map((note) => `${isZh ? '注意' : 'note'}: ${note}`),
    ...warnings.map((warning) => `${isZh ? '警告' : 'warning'}: ${warning}`),
    '',
  ]
  if (differences.length === 0) lines.push(isZh ? '没有差异' : 'no difference')
  else lines.push(...table(differences, language))
  return `${lines.join('\n')}\n`
}

function hostLine(host: ReplayReport['host'], isZh: boolean): string {
  if (host === undefined)
    return isZh
      ? '主机行为未重放：录制方不知道主机的账户与终端（用 tillwire host 或 up 录制）'
      : "the host's behaviour is not replayed: who recorded does not know its accounts (record with tillwire host or up)"
  return isZh
    ? `今天的主机收到 ${host.requests} 个请求，应答 ${host.replies} 个，逐域比较`
    : `today's host got ${host.requests} requests and gave ${host.replies} replies, compared field by field`
}

function table(differences: readonly Difference[], language: CliLanguage): readonly string[] {
  const head =
    language === 'zh'
      ? ['行', '线路', '报文', '检查', '域/标签', '名称', '录制', '今天']
      : ['line', 'on', 'message', 'check', 'field/tag', 'name', 'recorded', 'today']
  const rows = differences.map((each) => [
    String(each.lineNumber),
    each.line,
    each.what,
    CHECKS[each.check][language],
    each.place,
    language === 'zh' ? each.nameZh : each.nameEn,
    each.recorded ?? '-',
    each.today ?? '-',
  ])
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => widthOf(row[column] ?? ''))),
  )
  const format = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd()
  return [format(head), '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2)), ...rows.map(format)]
}

/** Columns on a console: a Chinese character takes two. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1
  return width
}

/** One line for each frame or chunk. */
export function verboseText(recording: Recording, report: ReplayReport, language: CliLanguage): string {
  const counts = new Map<number, number>()
  for (const { lineNumber } of report.differences) counts.set(lineNumber, (counts.get(lineNumber) ?? 0) + 1)
  return recording.entries
    .map((entry) => entryLine(entry, counts.get(entry.lineNumber) ?? 0, language))
    .map((line) => `${line}\n`)
    .join('')
}

function entryLine(entry: NumberedEntry, count: number, language: CliLanguage): string {
  const verdict = count === 0 ? '' : language === 'zh' ? `  ${count} 处差异` : `  ${count} differences`
  const line = 'line' in entry ? entry.line : ''
  const arrow = 'to' in entry ? (entry.to === 'terminal' ? '<' : '>') : ' '
  const head = `${String(entry.lineNumber).padStart(5)} ${entry.ms.toFixed(1).padStart(10)} ${line.padEnd(13)} ${arrow} `
  return `${head}${contentText(entry, language)}${verdict}`.trimEnd()
}

function contentText(entry: NumberedEntry, language: CliLanguage): string {
  switch (entry.kind) {
    case 'frame': {
      const { mti, what, F11: stan, F39: code } = entry.reading
      if (mti === undefined) return what ?? ''
      const parts = [mti, messageTypeName(mti, language), stan === undefined ? '' : `F11 ${stan}`]
      return [...parts, code === undefined ? '' : `F39 ${code}`].filter((part) => part !== '').join('  ')
    }
    case 'bytes':
      return `${entry.hex.length / 2} bytes`
    case 'size':
      return `${entry.size} bytes, not kept: ${entry.reason}`
    case 'paper':
      return `paper, ${entry.text.length} rows`
    case 'open':
      return `open ${entry.dialect ?? ''}`
    case 'close':
      return `closed by the ${entry.by}`
    case 'card':
    case 'terminal':
      return entry.kind
  }
}
