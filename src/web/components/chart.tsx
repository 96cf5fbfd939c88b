import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatClock, formatDay, formatTime, language, t } from '../state/language.ts'
import { theme } from '../state/theme.ts'

const TIME = { zh: '时间', en: 'Time' }
const MINUTE = 60
const DAY = 86_400

export interface ChartLine {
  readonly label: string
  /** A variable of tokens.css: `--accent`. */
  readonly colour: string
  readonly values: readonly (number | null)[]
}

interface ChartProps {
  readonly label: string
  /** Seconds since 1970 of each value. */
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly format?: (value: number) => string
  readonly height?: number
  /** Values are counts: the axis has no fractions of them. */
  readonly isCount?: boolean
}

interface ChartLook {
  readonly height: number
  readonly format: ((value: number) => string) | undefined
  readonly isCount: boolean
}

/** 1, 2, 5, 10 … 500 000. */
const WHOLE_STEPS = Array.from({ length: 6 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat()

/** Lines over time. Its place has its size before it is drawn. */
export function Chart({ label, times, lines, format, height = 220, isCount = false }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | undefined>(undefined)
  const look = theme.value
  const spoken = language.value
  const shape = lines.map((line) => line.label).join('|')
  const data = [[...times], ...lines.map(({ values }) => [...values])] as uPlot.AlignedData
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const plot = new uPlot(optionsOf(element, lines, { height, format, isCount }), data, element)
    chart.current = plot
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
      chart.current = undefined
    }
  }, [look, spoken, shape, height])
  useEffect(() => chart.current?.setData(data), [data])
  return <div ref={place} class="chart" role="img" aria-label={label} />
}

function optionsOf(
  element: HTMLElement,
  lines: readonly ChartLine[],
  { height, format, isCount }: ChartLook,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const axis = {
    font: `12px ${colour('--font')}`,
    stroke: colour('--ink-3'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height,
    legend: { live: true },
    cursor: { points: { size: 6 } },
    axes: [
      { ...axis, grid: { show: false }, values: timesOf },
      {
        ...axis,
        size: 64,
        ...(isCount ? { incrs: WHOLE_STEPS } : {}),
        ...(format === undefined ? {} : { values: (_plot: uPlot, values: number[]) => values.map(format) }),
      },
    ],
    series: [
      {
        label: t(TIME),
        value: (_plot: uPlot, seconds: number) => (seconds == null ? '–' : formatTime(seconds * 1000)),
      },
      ...lines.map((line) => ({
        label: line.label,
        stroke: colour(line.colour),
        width: 2,
        points: { show: false },
        ...(format === undefined
          ? {}
          : { value: (_plot: uPlot, value: number | null) => (value === null ? '–' : format(value)) }),
      })),
    ],
  }
}

/** As fine as the steps of the axis are, in seconds. */
function timesOf(_plot: uPlot, seconds: number[], _axis: number, _space: number, step: number): string[] {
  const format = step >= DAY ? formatDay : (atMs: number) => formatClock(atMs, step < MINUTE)
  return seconds.map((second) => format(second * 1000))
}
