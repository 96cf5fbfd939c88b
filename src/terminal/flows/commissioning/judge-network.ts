import { judged, type Reason, type StepResult } from './step-evidence.ts'

export interface NetworkLimits {
  readonly p95MsMax: number
  /** Of all echoes, 0 to 1. */
  readonly lossMax: number
  /** Of the first echo, connecting and TLS included. */
  readonly firstMsMax: number
}

export const NETWORK_LIMITS: NetworkLimits = { p95MsMax: 1_500, lossMax: 0.02, firstMsMax: 5_000 }

/** Whether a line is good enough to sell over. `roundTripsMs`: of each echo in order, undefined for one that was lost. */
export function judgeNetwork(
  roundTripsMs: readonly (number | undefined)[],
  limits: NetworkLimits = NETWORK_LIMITS,
): StepResult {
  const [first, ...others] = roundTripsMs
  const answered = others.filter((each) => each !== undefined).sort((left, right) => left - right)
  const lost = roundTripsMs.filter((each) => each === undefined).length
  const loss = roundTripsMs.length === 0 ? 1 : lost / roundTripsMs.length
  const p95 = percentile(answered, 0.95)
  const reasons: Reason[] = []
  if (first === undefined)
    reasons.push({
      zh: '首次连接主机失败：请检查地址、网络和 TLS 设置',
      en: 'the first connection failed: check address, network and TLS',
    })
  else if (first > limits.firstMsMax)
    reasons.push({
      zh: `首次连接用时 ${first} 毫秒，超过 ${limits.firstMsMax}`,
      en: `the first connection took ${first} ms, more than ${limits.firstMsMax}`,
    })
  if (answered.length === 0 || p95 > limits.p95MsMax)
    reasons.push({
      zh: `95% 往返时间 ${p95} 毫秒，上限 ${limits.p95MsMax}`,
      en: `95 % of the round trips take up to ${p95} ms; the limit is ${limits.p95MsMax}`,
    })
  if (loss > limits.lossMax)
    reasons.push({
      zh: `${roundTripsMs.length} 次测试丢失 ${lost} 次`,
      en: `${lost} of ${roundTripsMs.length} echoes were lost`,
    })
  const figures = {
    echoes: roundTripsMs.length,
    lost,
    firstMs: first ?? -1,
    p50Ms: percentile(answered, 0.5),
    p95Ms: p95,
    maxMs: answered.at(-1) ?? -1,
  }
  return judged(
    reasons,
    figures,
    roundTripsMs.map((each) => each ?? null),
  )
}

/** Nearest rank; -1 of nothing. */
function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(Math.ceil(sorted.length * part) - 1, 0)] ?? -1
}
