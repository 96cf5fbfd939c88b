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

/**
 * Least-squares slope with Student's t. Samples of a process are not independent of their neighbours (a heap that was
 * full a minute ago is still full), so the count is reduced by the correlation of neighbouring residuals.
 * Undefined for fewer than six samples.
 * Source: Draper and Smith, Applied Regression Analysis, 1.4; Santer et al. 2000 for the effective sample size.
 */
export function testSlope(times: readonly number[], values: readonly number[]): SlopeTest | undefined {
  const count = Math.min(times.length, values.length)
  if (count < FEWEST) return undefined
  const at = times.slice(0, count)
  const meanTime = meanOf(at)
  const mean = meanOf(values.slice(0, count))
  let spread = 0
  let product = 0
  for (const [index, time] of at.entries()) {
    spread += (time - meanTime) ** 2
    product += (time - meanTime) * ((values[index] ?? 0) - mean)
  }
  const slope = spread === 0 ? 0 : product / spread
  const residuals = at.map((time, index) => (values[index] ?? 0) - mean - slope * (time - meanTime))
  const squares = residuals.reduce((sum, residual) => sum + residual * residual, 0)
  const growth = slope * ((at.at(-1) ?? 0) - (at[0] ?? 0))
  const effective = effectiveCount(residuals, squares)
  const freedom = Math.max(effective - 2, 1)
  const deviation = Math.sqrt(squares / freedom / spread)
  const probability =
    slope === 0 ? 1 : deviation === 0 ? 0 : studentTail(Math.abs(slope / deviation), freedom)
  return { count, mean, slope, growth, probability }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** As many independent samples as these are worth. */
function effectiveCount(residuals: readonly number[], squares: number): number {
  if (squares === 0) return residuals.length
  let lagged = 0
  for (let index = 1; index < residuals.length; index++)
    lagged += (residuals[index] ?? 0) * (residuals[index - 1] ?? 0)
  const correlation = Math.min(Math.max(lagged / squares, 0), 0.99)
  return Math.max((residuals.length * (1 - correlation)) / (1 + correlation), 3)
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
