import type { LoadResult, LoadSecond } from '../load-result.ts'
import type { SoakSample } from '../soak-verdict.ts'
import { decadeAxis, linearAxis, type Plot, type PlotAxis, type PlotLine } from './svg-plot.ts'
import { count } from './text-report.ts'

/** Points that a plot of its width can show. */
const POINTS_MAX = 430
const MEGABYTE = 1024 * 1024

/** Seconds put together where there are more than a plot can show: rates are means, latencies the worst. */
export function condense(series: readonly LoadSecond[]): readonly LoadSecond[] {
  const size = Math.ceil(series.length / POINTS_MAX)
  if (size <= 1) return series
  const groups: LoadSecond[] = []
  for (let at = 0; at < series.length; at += size) {
    const group = series.slice(at, at + size)
    const [first] = group
    if (first === undefined) continue
    const mean = (of: (second: LoadSecond) => number): number =>
      group.reduce((sum, second) => sum + of(second), 0) / group.length
    const most = (of: (second: LoadSecond) => number): number =>
      group.reduce((worst, second) => Math.max(worst, of(second)), 0)
    groups.push({
      ...first,
      offered: mean(({ offered }) => offered),
      answered: mean(({ answered }) => answered),
      failed: mean(({ failed }) => failed),
      waiting: most(({ waiting }) => waiting),
      // A second without an answer has no median.
      p50Ms: mean(({ p50Ms }) => p50Ms) * (group.length / Math.max(1, group.filter(isTimed).length)),
      p99Ms: most(({ p99Ms }) => p99Ms),
      maxMs: most(({ maxMs }) => maxMs),
    })
  }
  return groups
}

/** Offered against answered. The last second is not a whole one and is left out. */
export function ratePlot({ series }: LoadResult): Plot {
  const seconds = condense(wholeSeconds(series))
  const line = (name: string, colour: PlotLine['colour'], of: (second: LoadSecond) => number): PlotLine => ({
    name,
    colour,
    points: seconds.map((second) => [second.second, of(second)]),
  })
  const lines = [
    line('offered', 'first', ({ offered }) => offered),
    line('answered', 'second', ({ answered }) => answered),
    ...(series.some(({ failed }) => failed > 0) ? [line('failed', 'bad', ({ failed }) => failed)] : []),
  ]
  const most = Math.max(1, ...seconds.map(({ offered, answered }) => Math.max(offered, answered)))
  return {
    label: 'requests a second over time: offered and answered',
    x: timeAxis(seconds.at(-1)?.second ?? 1),
    y: linearAxis(most, count),
    lines,
  }
}

function isTimed({ maxMs }: LoadSecond): boolean {
  return maxMs > 0
}

/** Response times over time, on a logarithmic scale; seconds in which nothing was answered are gaps. */
export function latencyPlot({ series }: LoadResult): Plot {
  const seconds = condense(wholeSeconds(series))
  const line = (name: string, colour: PlotLine['colour'], of: (second: LoadSecond) => number): PlotLine => ({
    name,
    colour,
    points: seconds.map((second) => [second.second, isTimed(second) ? of(second) : Number.NaN]),
  })
  return {
    label: 'response time over time: median, 99th percentile and maximum',
    x: timeAxis(seconds.at(-1)?.second ?? 1),
    y: decadeAxis(
      seconds.flatMap(({ p50Ms, maxMs }) => [p50Ms, maxMs]),
      millisecondText,
    ),
    lines: [
      line('p50', 'first', ({ p50Ms }) => p50Ms),
      line('p99', 'second', ({ p99Ms }) => p99Ms),
      line('max', 'third', ({ maxMs }) => maxMs),
    ],
  }
}

/** Arrivals that wait for a free terminal; undefined when none ever did. */
export function waitingPlot({ series }: LoadResult): Plot | undefined {
  if (!series.some(({ waiting }) => waiting > 0)) return undefined
  const seconds = condense(wholeSeconds(series))
  const most = Math.max(1, ...seconds.map(({ waiting }) => waiting))
  return {
    label: 'arrivals that wait for a free terminal over time',
    x: timeAxis(seconds.at(-1)?.second ?? 1),
    y: linearAxis(most, count),
    lines: [
      { name: 'waiting', colour: 'bad', points: seconds.map(({ second, waiting }) => [second, waiting]) },
    ],
  }
}

const CURVE_TICKS = [0, 90, 99, 99.9, 99.99, 99.999] as const

/** Each gridline to the right holds a tenth of what is above the one before. */
export function curvePlot({ curve }: LoadResult): Plot {
  const points = curve.filter(({ percentile }) => percentile < 100)
  const place = (percentile: number): number => 100 / (100 - percentile)
  const line = (name: string, colour: PlotLine['colour'], of: 'responseMs' | 'serviceMs'): PlotLine => ({
    name,
    colour,
    points: points.map((point) => [place(point.percentile), point[of]]),
  })
  return {
    label: 'time by percentile: response time and service time',
    x: {
      from: 1,
      to: place(CURVE_TICKS.at(-1) ?? 99.999),
      isLogarithmic: true,
      ticks: CURVE_TICKS.map((percentile) => [place(percentile), percentile === 0 ? '0' : `${percentile} %`]),
    },
    y: decadeAxis(
      points.flatMap(({ responseMs, serviceMs }) => [responseMs, serviceMs]),
      millisecondText,
    ),
    lines: [
      line('response: from the intended time', 'second', 'responseMs'),
      line('service: from sending', 'first', 'serviceMs'),
    ],
  }
}

/** Memory of generator and host over a soak. */
export function memoryPlot(samples: readonly SoakSample[]): Plot {
  const hostKnown = samples.filter(({ hostRssBytes }) => hostRssBytes !== undefined)
  const lines: PlotLine[] = [
    {
      name: 'generator',
      colour: 'first',
      points: samples.map(({ atSeconds, generatorRssBytes }) => [atSeconds, generatorRssBytes / MEGABYTE]),
    },
  ]
  if (hostKnown.length > 0)
    lines.push({
      name: 'host',
      colour: 'second',
      points: hostKnown.map(({ atSeconds, hostRssBytes }) => [atSeconds, (hostRssBytes ?? 0) / MEGABYTE]),
    })
  const most = Math.max(1, ...lines.flatMap(({ points }) => points.map(([, y]) => y)))
  return {
    label: 'memory in megabytes over the soak',
    x: timeAxis(samples.at(-1)?.atSeconds ?? 1),
    y: linearAxis(most, (value) => `${count(value)} MB`),
    lines,
  }
}

function wholeSeconds(series: readonly LoadSecond[]): readonly LoadSecond[] {
  return series.length > 2 ? series.slice(0, -1) : series
}

function timeAxis(lastSecond: number): PlotAxis {
  const [unit, seconds] = lastSecond >= 7200 ? ['h', 3600] : lastSecond >= 180 ? ['min', 60] : ['s', 1]
  const last = Math.max(lastSecond, 1)
  const { ticks } = linearAxis(
    last / (seconds as number),
    (value) => `${Number(value.toFixed(2))} ${unit}`,
    9,
  )
  return {
    from: 0,
    to: last,
    isLogarithmic: false,
    ticks: ticks.map(([at, text]) => [at * (seconds as number), text] as const).filter(([at]) => at <= last),
  }
}

function millisecondText(value: number): string {
  return value >= 1000 ? `${value / 1000} s` : `${Number(value.toPrecision(3))} ms`
}
