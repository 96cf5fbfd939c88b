import { LOAD_EVENTS, LOAD_FAULTS } from '../load-fault.ts'
import { EVENT_WORDS, FAULT_WORDS } from '../load-findings.ts'
import type { LatencyFigures, LoadResult } from '../load-result.ts'
import { HTML_STYLE } from './html-style.ts'
import { curvePlot, latencyPlot, memoryPlot, ratePlot, waitingPlot } from './load-plots.ts'
import { type Say, sayChinese, sayEnglish } from './report-words.ts'
import { measureWords } from './soak-lines.ts'
import { escapeHtml, type Plot, renderPlot } from './svg-plot.ts'
import { castWords, codesInOrder, count, milliseconds } from './text-report.ts'

export type ReportLanguage = 'zh' | 'en'

/** One file that holds all it needs: figures, plots, tables, light and dark. */
export function renderHtml(result: LoadResult, language: ReportLanguage): string {
  const { subject, pacing, mix, findings, startedAt, seconds } = result
  const waiting = waitingPlot(result)
  const say = language === 'zh' ? sayChinese : sayEnglish
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(say(`Load on ${subject}`))}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(say(`Load on ${subject}`))}</h1>
<p class="soft">${escapeHtml([pacing, mix, castWords(result), `${seconds} s from ${startedAt}`].map(say).join('; '))}</p>
<p class="verdict${findings.length > 0 ? ' found' : ''}">${say(findings.length === 0 ? 'No findings' : `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`)}</p>
${tiles(result, say)}
${findings.length === 0 ? '' : card(say, 'Findings', '', `<ul>${findings.map((each) => `<li class="found">${escapeHtml(say(each))}</li>`).join('')}</ul>`)}
${plotCard(say, 'Offered and answered', 'Requests a second. Where the lines part, the host falls behind.', ratePlot(result))}
${timeCards(result, say)}
${waiting === undefined ? '' : plotCard(say, 'Arrivals that wait', 'Their time had come, but no terminal was free.', waiting)}
${soakCard(result, say)}
${latencyCard(result, say)}
${kindCard(result, say)}
${stepCard(result, say)}
${outcomeCard(result, say)}
${booksCard(result, say)}
</main>
</body>
</html>
`
}

/** Nothing where nothing was timed: a line along the bottom would tell of the best host there is. */
function timeCards(result: LoadResult, say: Say): string {
  if (result.answered === 0) return ''
  return [
    plotCard(
      say,
      'Response time',
      'Of each second, from the time a request was to leave to its reply. A gap: nothing was answered.',
      latencyPlot(result),
    ),
    plotCard(
      say,
      'Percentiles',
      'Where response and service time part, requests waited for a free terminal before they left.',
      curvePlot(result),
    ),
  ].join('\n')
}

function tiles(result: LoadResult, say: Say): string {
  const { offeredPerSecond, answeredPerSecond, failed, response } = result
  const values: readonly (readonly [string, string])[] = [
    [count(offeredPerSecond), 'offered / s'],
    [count(answeredPerSecond), 'answered / s'],
    [count(failed), 'failed'],
    [milliseconds(response.p50Ms), 'p50, ms'],
    [milliseconds(response.p99Ms), 'p99, ms'],
    [milliseconds(response.p999Ms), 'p99.9, ms'],
    [milliseconds(response.maxMs), 'max, ms'],
  ]
  const each = values.map(
    ([value, name]) => `<div class="tile"><b>${value}</b><span>${say(name)}</span></div>`,
  )
  return `<div class="tiles">${each.join('')}</div>`
}

function card(say: Say, title: string, words: string, content: string): string {
  const text = words === '' ? '' : `<p class="soft">${escapeHtml(say(words))}</p>`
  return `<section><h2>${escapeHtml(say(title))}</h2>${text}${content}</section>`
}

function plotCard(say: Say, title: string, words: string, plot: Plot): string {
  return card(say, title, words, renderPlot(spoken(plot, say)))
}

function spoken(plot: Plot, say: Say): Plot {
  const lines = plot.lines.map((line) => ({ ...line, name: say(line.name) }))
  return { ...plot, label: say(plot.label), lines }
}

type Cell = string | number

function table(
  say: Say,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  isWords = false,
): string {
  const cell = (value: Cell): string =>
    `<td>${typeof value === 'number' ? count(value) : escapeHtml(say(value))}</td>`
  const head = heads.map((each) => `<th>${escapeHtml(say(each))}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')
  return `<table${isWords ? ' class="words"' : ''}><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`
}

const LATENCY_HEADS = ['mean', 'p50', 'p90', 'p99', 'p99.9', 'max'] as const

function latencyCells({ meanMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: LatencyFigures): readonly string[] {
  return [meanMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map(milliseconds)
}

function latencyCard({ response, service, ownDelayMaxMs }: LoadResult, say: Say): string {
  return card(
    say,
    'Times in milliseconds',
    ownDelayMaxMs === 0
      ? ''
      : `The generator itself let a request leave at most ${milliseconds(ownDelayMaxMs)} ms late.`,
    table(
      say,
      ['', ...LATENCY_HEADS],
      [
        ['response: from the intended time', ...latencyCells(response)],
        ['service: from sending', ...latencyCells(service)],
      ],
    ),
  )
}

function kindCard({ kinds }: LoadResult, say: Say): string {
  return card(
    say,
    'Kinds',
    'Service times in milliseconds.',
    table(
      say,
      ['', 'sent', 'approved', 'declined', 'failed', 'p50', 'p99', 'max'],
      kinds.map(({ name, sent, approved, declined, failed, service }) => [
        name,
        sent,
        approved,
        declined,
        failed,
        ...[service.p50Ms, service.p99Ms, service.maxMs].map(milliseconds),
      ]),
    ),
  )
}

function stepCard({ steps }: LoadResult, say: Say): string {
  if (steps.length < 2) return ''
  return card(
    say,
    'Steps',
    'Response times in milliseconds.',
    table(
      say,
      ['rate', 'offered', 'answered', 'failed', ...LATENCY_HEADS],
      steps.map(({ ratePerSecond, offered, answered, failed, response }) => [
        `${count(ratePerSecond)} a second`,
        offered,
        answered,
        failed,
        ...latencyCells(response),
      ]),
    ),
  )
}

function outcomeCard({ codes, faults, events, neverSent, givenUp }: LoadResult, say: Say): string {
  const rows: (readonly Cell[])[] = [
    ...codesInOrder(codes).map(([code, times]) => [`response code ${code}`, times] as const),
    ...LOAD_FAULTS.map((fault) => [FAULT_WORDS[fault], faults[fault]] as const),
    ...LOAD_EVENTS.map((event) => [EVENT_WORDS[event], events[event]] as const),
    ['arrivals that were never sent', neverSent],
    ['requests given up by a second Ctrl-C', givenUp],
  ]
  return card(
    say,
    'What became of them',
    'A decline is an answer and no failure.',
    table(
      say,
      ['', 'count'],
      rows.filter(([, times]) => times !== 0),
    ),
  )
}

function booksCard({ books }: LoadResult, say: Say): string {
  if (books === undefined) return ''
  const { answered, sent, rows, wrong } = books
  return card(
    say,
    'Books of the host',
    wrong.length === 0 ? 'The ledger agrees.' : 'The ledger is wrong.',
    table(
      say,
      ['', 'count'],
      [
        ['requests that must have a row, warm-up included', answered],
        ['requests that may have one', sent],
        ['rows', rows],
      ],
    ),
  )
}

function soakCard({ soak }: LoadResult, say: Say): string {
  if (soak === undefined) return ''
  const rows = soak.measures.map((measure) => [measure.words, measureWords(measure)])
  return card(
    say,
    `Soak: ${soak.steady ? 'steady' : 'not steady'}`,
    'A slope counts when it is sure (p below 0.01) and large enough to matter.',
    `${renderPlot(spoken(memoryPlot(soak.samples), say))}${table(say, ['', 'verdict'], rows, true)}`,
  )
}
