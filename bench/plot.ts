import type { Results } from './results.ts'
import { figure } from './table.ts'

const WIDTH = 1120
const LABEL_WIDTH = 500
const FIGURE_WIDTH = 170
const BAR_HEIGHT = 16
const ROW_HEIGHT = 24
const TOP = 64
/** Bars end here: a hundred times what was asked for is drawn like a thousand times. */
const DECADES = 2
/** Where the bars are: to either side of the line in the middle. */
const REACH = (WIDTH - LABEL_WIDTH - FIGURE_WIDTH) / 2
const MIDDLE = LABEL_WIDTH + REACH
const LABEL_MAX = 72
const COMMITS_SHOWN = 3

interface Bar {
  readonly label: string
  readonly text: string
  /** Times the goal, above 1 is met; or the plain ratio where no goal stands. */
  readonly share: number
  readonly kind: 'met' | 'missed' | 'plain'
}

/**
 * A chart of all ratios on one logarithmic axis: the line in the middle is the goal, or the ceiling where no goal
 * stands. One self-contained SVG, in the colours of a light or a dark page.
 */
export function plotResults(results: Results): string {
  const bars = barsOf(results)
  const height = TOP + bars.length * ROW_HEIGHT + 40
  const bottom = height - 32
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    '<title>Tillwire benchmarks against their goals</title>',
    STYLE,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    `<text class="head" x="16" y="26">Against goals and ceilings, measured in the same run</text>`,
    `<text class="soft" x="16" y="46">${escaped(subtitleOf(results))}</text>`,
    ...GRID.map(([decades]) => verticalLine('grid', decades, bottom)),
    ...bars.flatMap((bar, row) => barLines(bar, TOP + row * ROW_HEIGHT)),
    verticalLine('axis', 0, bottom),
    ...GRID.map(([decades, text]) => axisText(decades, text, height - 14)),
    axisText(0, 'goal, or ceiling', height - 14),
    '</svg>',
    '',
  ].join('\n')
}

/** Decades from the middle, and what stands there. */
const GRID: readonly (readonly [decades: number, text: string])[] = [
  [-2, '1/100'],
  [-1, '1/10'],
  [1, '10×'],
  [2, '100×'],
]

function placeOf(decades: number): string {
  return (MIDDLE + (decades * REACH) / DECADES).toFixed(1)
}

function verticalLine(name: string, decades: number, bottom: number): string {
  const x = placeOf(decades)
  return `<line class="${name}" x1="${x}" x2="${x}" y1="${TOP - 6}" y2="${bottom}"/>`
}

function axisText(decades: number, text: string, y: number): string {
  return `<text class="soft" x="${placeOf(decades)}" y="${y}" text-anchor="middle">${text}</text>`
}

const STYLE = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.head { font-weight: 600; font-size: 15px } .soft { fill: #59636e; font-size: 12px }
.page { fill: #ffffff } .axis { stroke: #59636e; stroke-width: 1.5 } .grid { stroke: #d1d9e0 }
.met { fill: #2da44e } .missed { fill: #cf222e } .plain { fill: #8c959f }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .soft { fill: #9198a1 } .page { fill: #0d1117 } .axis { stroke: #9198a1 } .grid { stroke: #3d444d }
.met { fill: #3fb950 } .missed { fill: #f85149 } .plain { fill: #6e7681 } }
</style>`

function barsOf({ parts }: Results): readonly Bar[] {
  return parts.flatMap(({ part, measures }) =>
    measures.flatMap(({ name, unit, value, limit, better, comparisons }) => {
      const bars: Bar[] = comparisons.map(({ with: other, ratio, goal }) => ({
        label: `${part}: ${name} / ${other}`,
        text: goal === undefined ? `${figure(ratio)}×` : `${figure(ratio)}× of ${figure(goal)}×`,
        share: ratio / (goal ?? 1),
        kind: goal === undefined ? 'plain' : ratio >= goal ? 'met' : 'missed',
      }))
      if (limit === undefined) return bars
      const share = shareOf(better, value, limit)
      const kind = share >= 1 ? 'met' : 'missed'
      return [
        ...bars,
        { label: `${part}: ${name}`, text: `${figure(value)} of ${figure(limit)} ${unit}`, share, kind },
      ]
    }),
  )
}

/** How far `value` is within `limit`. A limit of nothing is met as it stands, or missed altogether. */
function shareOf(better: 'lower' | 'higher', value: number, limit: number): number {
  if (better === 'higher') return value / limit
  if (limit === 0) return value === 0 ? 1 : 0
  return value === 0 ? 10 ** DECADES : limit / value
}

function barLines({ label, text, share, kind }: Bar, top: number): readonly string[] {
  const decades = Math.max(-DECADES, Math.min(DECADES, Math.log10(Math.max(share, 1e-9))))
  const length = Math.max(Math.abs(decades) * (REACH / DECADES), 1)
  const left = decades < 0 ? MIDDLE - length : MIDDLE
  const baseline = top + BAR_HEIGHT - 3
  return [
    `<text x="16" y="${baseline}">${escaped(label.length > LABEL_MAX ? `${label.slice(0, LABEL_MAX - 1)}…` : label)}</text>`,
    `<rect class="${kind}" x="${left.toFixed(1)}" y="${top}" width="${length.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `<text x="${WIDTH - FIGURE_WIDTH + 8}" y="${baseline}">${escaped(text)}</text>`,
  ]
}

function subtitleOf({ machine, node, openssl, parts }: Results): string {
  const all = [...new Set(parts.map(({ commit }) => commit))]
  const commits = all.slice(0, COMMITS_SHOWN).join(', ') + (all.length > COMMITS_SHOWN ? ' …' : '')
  return `${machine.model}, ${machine.cores} cores, Node ${node.replace('v', '')}, OpenSSL ${openssl}, commit ${commits}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
