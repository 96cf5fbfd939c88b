/** A straight line through samples, and how sure its slope is. */
export interface SlopeTest {
  readonly count: number
  readonly mean: number
  /** Change of the value for one unit of time. */
  readonly slope: number
  /** Change over the whole time that the samples span. */
  readonly growth: number
  /** Chance of a slope at least as far from zero if there were none. */
  readonly probability: number
}

const FEWEST = 6
/** Residuals that are so small a part of all are those of a computer's numbers. */
const EXACT = 1e-24

/**
 * Least-squares slope, and how likely it is by chance. Samples of a process are not independent of their neighbours: a heap
 * that was full a minute ago is still full, and a leak that goes by requests bends where a busy machine serves fewer. So
 * the chance is that of a line through differences of neighbours (each less a part of the one before it), by Student's t:
 * the part is the correlation of neighbouring residuals, without its bias and with its own error on top, and all of it
 * where that can't be told from a walk. A growth that goes on is then sure however it bends; a single step is not.
 * Undefined for fewer than six samples.
 * Source: Draper and Smith, Applied Regression Analysis, 1.4; Prais and Winsten 1954 for the differences; Kendall 1954 for
 * the bias; Perron and Yabu 2009 for the walk.
 */
export function testSlope(times: readonly number[], values: readonly number[]): SlopeTest | undefined {
  const count = Math.min(times.length, values.length)
  if (count < FEWEST) return undefined
  const at = times.slice(0, count)
  const meanTime = meanOf(at)
  const mean = meanOf(values.slice(0, count))
  // Both from their means: sums of large numbers lose what is small in them.
  const x = at.map((time) => time - meanTime)
  const y = at.map((_, index) => (values[index] ?? 0) - mean)
  const spread = productOf(x, x)
  const slope = spread === 0 ? 0 : productOf(x, y) / spread
  const growth = slope * ((at.at(-1) ?? 0) - (at[0] ?? 0))
  return { count, mean, slope, growth, probability: probabilityOf(x, y, slope) }
}

function probabilityOf(x: readonly number[], y: readonly number[], slope: number): number {
  if (slope === 0) return 1
  const residuals = y.map((value, index) => value - slope * (x[index] ?? 0))
  const squares = productOf(residuals, residuals)
  if (squares <= EXACT * productOf(y, y)) return 0
  const { estimate, deviation, freedom } = lineOfDifferences(x, y, correlationOf(residuals, squares))
  // A slope that the differences do not have is none.
  if (estimate * slope <= 0) return 1
  return deviation === 0 ? 0 : studentTail(estimate / deviation, freedom)
}

/** Correlation of neighbours, from that of residuals: 0 to 1, rather too large than too small. */
function correlationOf(residuals: readonly number[], squares: number): number {
  const count = residuals.length
  const lagged = productOf(residuals.slice(1), residuals.slice(0, -1)) / squares
  const unbiased = Math.max((count * lagged + 2) / (count - 4), 0)
  const error = 1 / Math.sqrt(count)
  return unbiased + error > 1 - 2 * error ? 1 : unbiased + error
}

interface Line {
  readonly estimate: number
  /** Standard error of the estimate. */
  readonly deviation: number
  readonly freedom: number
}

/** The slope of `y` over `x` where each `y` keeps the part `kept` of the one before it. */
function lineOfDifferences(x: readonly number[], y: readonly number[], kept: number): Line {
  // The first sample has nothing before it: it counts for as much as it is surer.
  const first = Math.sqrt(1 - kept * kept)
  const differences = (of: readonly number[]) =>
    of.map((value, index) => (index === 0 ? first * value : value - kept * (of[index - 1] ?? 0)))
  const ones = differences(x.map(() => 1))
  const [dx, dy] = [x, y].map((of) => without(ones, differences(of))) as [number[], number[]]
  const spread = productOf(dx, dx)
  const estimate = productOf(dx, dy) / spread
  const rest = dy.map((value, index) => value - estimate * (dx[index] ?? 0))
  const freedom = x.length - 2
  return { estimate, deviation: Math.sqrt(productOf(rest, rest) / freedom / spread), freedom }
}

/** What of `values` is no multiple of `ones`: differences of a walk have no height. */
function without(ones: readonly number[], values: readonly number[]): readonly number[] {
  const size = productOf(ones, ones)
  const height = size === 0 ? 0 : productOf(ones, values) / size
  return values.map((value, index) => value - height * (ones[index] ?? 0))
}

function productOf(some: readonly number[], others: readonly number[]): number {
  return some.reduce((sum, value, index) => sum + value * (others[index] ?? 0), 0)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Chance of |t| or more on both sides. Source: Abramowitz and Stegun, 26.7.1. */
export function studentTail(t: number, freedom: number): number {
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
}

/** Regularised incomplete beta function by its continued fraction. Source: Abramowitz and Stegun, 26.5.8; Lentz. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x))
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b
}

const TINY = 1e-300
const FRACTION_STEPS = 300

function betaFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m <= FRACTION_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    value *= d * c
    if (Math.abs(d * c - 1) < 1e-12) break
  }
  return value
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const

/** Natural logarithm of the gamma function, for arguments from a half. Source: Lanczos 1964, g = 7. */
function logGamma(value: number): number {
  const shifted = value - 1
  let sum = 0.99999999999980993
  for (const [index, coefficient] of LANCZOS.entries()) sum += coefficient / (shifted + index + 1)
  const base = shifted + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum)
}
