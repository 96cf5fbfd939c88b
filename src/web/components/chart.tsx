import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { theme } from '../state/theme.ts'

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
}

/** Lines over time. Its place has its size before it is drawn. */
export function Chart({ label, times, lines, format, height = 220 }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | undefined>(undefined)
  const look = theme.value
  const shape = lines.map((line) => line.label).join('|')
  const data = [[...times], ...lines.map(({ values }) => [...values])] as uPlot.AlignedData
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const plot = new uPlot(optionsOf(element, lines, height, format), data, element)
    chart.current = plot
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
      chart.current = undefined
    }
  }, [look, shape, height])
  useEffect(() => chart.current?.setData(data), [data])
  return <div ref={place} class="chart" role="img" aria-label={label} />
}

function optionsOf(
  element: HTMLElement,
  lines: readonly ChartLine[],
  height: number,
  format: ((value: number) => string) | undefined,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const axis = {
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
      { ...axis, grid: { show: false } },
      {
        ...axis,
        size: 64,
        ...(format === undefined ? {} : { values: (_plot: uPlot, values: number[]) => values.map(format) }),
      },
    ],
    series: [
      {},
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
