import { z } from 'zod'

/** What one may ask of a load from the console: enough to see a host under load, too little to take a machine down. */
export const LOAD_LIMITS = {
  terminalsMax: 200,
  connectionsMax: 64,
  outstandingMax: 32,
  ratePerSecondMax: 5000,
  secondsMax: 600,
  mixTextMax: 16_384,
} as const

export const LOAD_MIXES = ['stripe', 'chip', 'day'] as const

export const LOAD_ORDER = z
  .object({
    /** Virtual terminals that must be registered; more are made when there are fewer. */
    terminals: z.number().int().min(1).max(LOAD_LIMITS.terminalsMax),
    connections: z.number().int().min(1).max(LOAD_LIMITS.connectionsMax),
    pacing: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('closed'),
        outstanding: z.number().int().min(1).max(LOAD_LIMITS.outstandingMax),
      }),
      z.object({
        kind: z.literal('open'),
        ratePerSecond: z.number().int().min(1).max(LOAD_LIMITS.ratePerSecondMax),
      }),
    ]),
    mix: z.enum([...LOAD_MIXES, 'own']),
    /** YAML of the mix when it is `own`. */
    mixText: z.string().max(LOAD_LIMITS.mixTextMax).nullable(),
    seconds: z.number().int().min(1).max(LOAD_LIMITS.secondsMax),
    warmupSeconds: z.number().int().min(0).max(60),
  })
  .refine(({ seconds, warmupSeconds }) => warmupSeconds < seconds, 'the warm-up is shorter than the load')
  .refine(({ mix, mixText }) => (mix === 'own') === (mixText !== null), 'mixText belongs to the mix "own"')

export const LOAD_SECOND = z.object({
  second: z.number(),
  warm: z.boolean(),
  offered: z.number(),
  sent: z.number(),
  answered: z.number(),
  failed: z.number(),
  faults: z.record(z.string(), z.number()),
  waiting: z.number(),
  connected: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  p999Ms: z.number(),
  maxMs: z.number(),
})

const LATENCY = z.object({
  meanMs: z.number(),
  p50Ms: z.number(),
  p90Ms: z.number(),
  p99Ms: z.number(),
  p999Ms: z.number(),
  maxMs: z.number(),
})

/** What a load came to, without its warm-up. */
export const LOAD_FIGURES = z.object({
  seconds: z.number(),
  offered: z.number(),
  answered: z.number(),
  approved: z.number(),
  declined: z.number(),
  failed: z.number(),
  neverSent: z.number(),
  offeredPerSecond: z.number(),
  answeredPerSecond: z.number(),
  response: LATENCY,
  faults: z.record(z.string(), z.number()),
  codes: z.record(z.string(), z.number()),
  findings: z.array(z.string()),
})

export const LOAD_RUN_LINE = z.object({
  /** Its folder's name. */
  id: z.string(),
  by: z.string(),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  /** `interrupted`: the host ended meanwhile. */
  status: z.enum(['preparing', 'running', 'good', 'findings', 'stopped', 'failed', 'interrupted']),
  order: LOAD_ORDER,
  /** Why it failed, in one sentence. */
  problem: z.string().nullable(),
  hasReport: z.boolean(),
  figures: LOAD_FIGURES.nullable(),
})

export const LOAD_RUN = LOAD_RUN_LINE.extend({ series: z.array(LOAD_SECOND) })

export type LoadOrder = z.infer<typeof LOAD_ORDER>
export type LoadSecondView = z.infer<typeof LOAD_SECOND>
export type LoadFigures = z.infer<typeof LOAD_FIGURES>
export type LoadRunLine = z.infer<typeof LOAD_RUN_LINE>
export type LoadRunView = z.infer<typeof LOAD_RUN>
