/** One line of a plot; a point whose value is `NaN` interrupts it. */
export interface PlotLine {
  readonly name: string
  readonly colour: 'first' | 'second' | 'third' | 'bad'
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface PlotAxis {
  readonly from: number
  readonly to: number
  readonly isLogarithmic: boolean
  readonly ticks: readonly (readonly [at: number, text: string])[]
}

export interface Plot {
  /** What a reader who can't see it is told. */
  readonly label: string
  readonly x: PlotAxis
  readonly y: PlotAxis
  readonly lines: readonly PlotLine[]
}

/** Of a screen, and of a telephone: letters keep their size, and every other label along the time goes. */
const SIZES = [
  { name: 'wide', width: 860, height: 260, labelEvery: 1 },
  { name: 'narrow', width: 380, height: 240, labelEvery: 2 },
] as const

const LEFT = 64
const RIGHT = 30
const TOP = 10
const BOTTOM = 28

/** A plot as inline SVG with its legend, once for each width. Colours and widths are classes: the page's style knows. */
export function renderPlot(plot: Plot): string {
  const legend = plot.lines
    .map(({ name, colour }) => `<span class="key ${colour}">${escapeHtml(name)}</span>`)
    .join('')
  return [`<div class="legend">${legend}</div>`, ...SIZES.map((size) => renderSvg(plot, size))].join('\n')
}

function renderSvg(
  { label, x, y, lines }: Plot,
  { name: sizeName, width, height: tall, labelEvery }: (typeof SIZES)[number],
): string {
  const across = (value: number): number => LEFT + part(x, value) * (width - LEFT - RIGHT)
  const up = (value: number): number => tall - BOTTOM - part(y, value) * (tall - TOP - BOTTOM)
  const rows = y.ticks.map(([at, text]) => {
    const height = up(at).toFixed(1)
    return `<line class="grid" x1="${LEFT}" x2="${width - RIGHT}" y1="${height}" y2="${height}"/><text class="tick" x="${LEFT - 8}" y="${height}" dy="0.32em" text-anchor="end">${escapeHtml(text)}</text>`
  })
  const labels = x.ticks.filter((_, index) => index % (x.isLogarithmic ? 1 : labelEvery) === 0)
  const columns = labels.map(
    ([at, text]) =>
      `<text class="tick" x="${across(at).toFixed(1)}" y="${tall - 8}" text-anchor="middle">${escapeHtml(text)}</text>`,
  )
  const paths = lines.map(({ colour, points, name }) => {
    const path = points
      .map(([px, py], index) => {
        if (!Number.isFinite(py)) return ''
        const place = `${across(px).toFixed(1)} ${up(py).toFixed(1)}`
        // With a line of no length, a point between two gaps is a dot.
        return Number.isFinite(points[index - 1]?.[1] ?? Number.NaN) ? `L${place}` : `M${place}h0`
      })
      .join('')
    return `<path class="line ${colour}" d="${path}"><title>${escapeHtml(name)}</title></path>`
  })
  return [
    `<svg class="${sizeName}" viewBox="0 0 ${width} ${tall}" role="img" aria-label="${escapeHtml(label)}">`,
    ...rows,
    ...columns,
    ...paths,
    '</svg>',
  ].join('\n')
}

/** Where `value` lies on an axis, 0 to 1. */
function part({ from, to, isLogarithmic }: PlotAxis, value: number): number {
  if (!isLogarithmic) return clamp((value - from) / (to - from || 1))
  return clamp(Math.log(Math.max(value, from) / from) / Math.log(to / from || Math.E))
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1)
}

/** From zero to `most` or a little above, in about `steps` steps that people count in. */
export function linearAxis(most: number, textOf: (value: number) => string, steps = 5): PlotAxis {
  const raw = Math.max(most, 1e-9) / steps
  const magnitude = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= raw) ?? 10) * magnitude
  const count = Math.max(1, Math.ceil(most / step))
  return {
    from: 0,
    to: count * step,
    isLogarithmic: false,
    ticks: Array.from({ length: count + 1 }, (_, index) => [index * step, textOf(index * step)] as const),
  }
}

/** Whole decades around the values; what is below the first stands on its edge. */
export function decadeAxis(values: readonly number[], textOf: (value: number) => string): PlotAxis {
  const positive = values.filter((value) => value > 0)
  const low = Math.floor(Math.log10(positive.reduce((least, value) => Math.min(least, value), 1)))
  const high = Math.ceil(Math.log10(positive.reduce((most, value) => Math.max(most, value), 1)))
  const last = high > low ? high : low + 1
  return {
    from: 10 ** low,
    to: 10 ** last,
    isLogarithmic: true,
    ticks: Array.from(
      { length: last - low + 1 },
      (_, index) => [10 ** (low + index), textOf(10 ** (low + index))] as const,
    ),
  }
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
