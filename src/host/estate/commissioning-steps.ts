import { z } from 'zod'

/** What a terminal must have passed before it goes live, in order. Source: rows 6 to 10 of the merchant's life with a terminal. */
export const GO_LIVE_STEPS = [
  'network',
  'keys',
  'downloads',
  'devices',
  'functions',
  'soak',
  'training',
] as const

export type GoLiveStep = (typeof GO_LIVE_STEPS)[number]

export const STEP_TITLES: { readonly [step in GoLiveStep]: { readonly zh: string; readonly en: string } } = {
  network: { zh: '网络测试', en: 'network test' },
  keys: { zh: '密钥与签到', en: 'keys and sign-in' },
  downloads: { zh: '参数下载', en: 'downloads' },
  devices: { zh: '外设自检', en: 'self-check of the devices' },
  functions: { zh: '功能测试', en: 'function test' },
  soak: { zh: '性能测试', en: 'soak' },
  training: { zh: '培训', en: 'training' },
}

const text = z.string().max(500)

/** One step as the terminal tells it. */
export const STEP_EVIDENCE = z.object({
  step: z.enum(GO_LIVE_STEPS),
  attempt: z.int().min(1),
  startedAtMs: z.int(),
  endedAtMs: z.int(),
  verdict: z.enum(['passed', 'failed']),
  reasons: z.array(z.object({ zh: text, en: text })).max(50),
  figures: z.record(z.string().max(40), z.union([z.number(), text])),
  raw: z.json(),
  rawHash: z.string().regex(/^[0-9a-f]{64}$/),
  softwareVersion: z.string().max(40),
  terminalId: z.string().max(8),
})

export type ToldEvidence = z.infer<typeof STEP_EVIDENCE>

/** As the host keeps it: with the device that proved to have made it. */
export interface KeptEvidence extends ToldEvidence {
  readonly serial: string
  readonly receivedAtMs: number
}

export const TOLD_EVIDENCE = z.object({ evidence: z.array(STEP_EVIDENCE).min(1).max(20) })
