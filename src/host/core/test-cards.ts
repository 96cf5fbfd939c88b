import type { AccountLimits, AccountStatus } from './records.ts'
import type { TestBehaviour } from './test-behaviour.ts'

/** A card that the test host opens an account for at its first start. Numbers are of no real issuer. */
export interface TestCard {
  readonly pan: string
  readonly pin: string
  /** `YYMM`. */
  readonly expiry: string
  readonly balanceMinor: number
  readonly status: AccountStatus
  /** Its stripe is refused where the terminal reads chips. */
  readonly hasChip: boolean
  readonly limits: AccountLimits
  readonly testBehaviour: TestBehaviour | undefined
  /** ISO 4217 number that its account is kept in; the home currency when undefined. */
  readonly currency?: string
  readonly en: string
  readonly zh: string
}

const NO_LIMITS: AccountLimits = { singleMinor: undefined, dailyMinor: undefined, dailyCount: undefined }

const PLAIN = {
  pin: '123456',
  expiry: '3012',
  balanceMinor: 10_000_000,
  status: 'active',
  hasChip: false,
  limits: NO_LIMITS,
  testBehaviour: undefined,
} as const

/** All of the range 621094; PIN 123456, expiry 12/30, balance 100 000.00 where nothing else is said. */
export const TEST_CARDS: readonly TestCard[] = [
  { ...PLAIN, pan: '6210948000000011', en: 'approves', zh: '正常卡' },
  { ...PLAIN, pan: '6210948000000029', hasChip: true, en: 'approves, has a chip', zh: '正常芯片卡' },
  { ...PLAIN, pan: '6210948000000037', status: 'lost', en: 'reported lost: 41', zh: '挂失卡:41' },
  { ...PLAIN, pan: '6210948000000045', status: 'stolen', en: 'reported stolen: 43', zh: '被窃卡:43' },
  { ...PLAIN, pan: '6210948000000052', status: 'blocked', en: 'blocked: 62', zh: '受限制的卡:62' },
  { ...PLAIN, pan: '6210948000000060', status: 'pickUp', en: 'to be kept: 04', zh: '没收卡:04' },
  { ...PLAIN, pan: '6210948000000078', status: 'inactive', en: 'not in use yet: 21', zh: '未启用卡:21' },
  { ...PLAIN, pan: '6210948000000086', expiry: '2001', en: 'expired: 54', zh: '过期卡:54' },
  { ...PLAIN, pan: '6210948000000094', balanceMinor: 0, en: 'no money: 51', zh: '余额不足:51' },
  {
    ...PLAIN,
    pan: '6210948000000102',
    limits: { singleMinor: 100_000, dailyMinor: 200_000, dailyCount: 3 },
    en: 'limits: 1 000.00 at once and 2 000.00 a day (61), three times a day (65)',
    zh: '限额卡:单笔 1000.00,每日 2000.00(61),每日三笔(65)',
  },
  {
    ...PLAIN,
    pan: '6210948000000110',
    testBehaviour: { kind: 'delay', delayMs: 10_000 },
    en: 'answers after ten seconds',
    zh: '十秒后应答',
  },
  {
    ...PLAIN,
    pan: '6210948000000128',
    testBehaviour: { kind: 'loseReply' },
    en: 'done and recorded, never answered: reversals at work',
    zh: '已入账但不应答:触发冲正',
  },
  {
    ...PLAIN,
    pan: '6210948000000136',
    testBehaviour: { kind: 'approvePartially', percent: 60 },
    en: 'approves 60 per cent where the terminal takes parts',
    zh: '部分承兑 60%',
  },
  {
    ...PLAIN,
    pan: '6210948000000144',
    testBehaviour: { kind: 'respond', responseCode: '05' },
    en: 'always 05',
    zh: '总是返回 05',
  },
]
