import type {
  ApplicationImage,
  CardImage,
  StripeImage,
} from '../../../hardware/emulator/chip-card/card-image.ts'
import { fromHex } from '../../base/bytes.ts'
import { truncatePan } from '../../base/exposure.ts'
import { findTlv } from '../../emv/ber-tlv.ts'
import { describeTlv } from '../../emv/describe-tlv.ts'
import type { CliLanguage } from '../language.ts'

/** What may be shown of a card: no full number, no track, no PIN, no key. JSON-safe. */
export interface CardSummary {
  readonly name: string
  readonly chip: 'none' | 'application' | 'replay'
  readonly cardBlocked: boolean
  readonly applications: readonly ApplicationSummary[]
  readonly stripe: StripeSummary | undefined
  readonly faults: readonly string[]
}

export interface ApplicationSummary {
  readonly aid: string
  readonly label: string
  readonly pan: string
  readonly scheme: string
  readonly blocked: boolean
  readonly transactionCounter: number
  readonly lastOnlineCounter: number
  readonly pinTriesLeft: number
  readonly dynamicAuthentication: boolean
  /** How it can be tapped. */
  readonly contactless: 'none' | 'card' | 'phone'
  readonly verification: readonly string[]
}

export interface StripeSummary {
  readonly pan: string
  readonly serviceCode: string
  readonly tracks: readonly number[]
}

export function summariseCard(image: CardImage, language: CliLanguage): CardSummary {
  const { chip, replay, stripe, faults } = image
  return {
    name: image.name,
    chip: chip === undefined ? (replay === undefined ? 'none' : 'replay') : 'application',
    cardBlocked: chip?.blocked ?? false,
    applications: (chip?.applications ?? []).map((each) => summariseApplication(each, language)),
    stripe: stripe === undefined ? undefined : summariseStripe(stripe),
    faults: Object.entries(faults ?? {})
      .filter(([, value]) => value !== undefined && value !== false)
      .map(([fault]) => fault),
  }
}

function summariseApplication(application: ApplicationImage, language: CliLanguage): ApplicationSummary {
  const { state, records } = application
  const list = records.map(({ data }) => findTlv(fromHex(data), '8E')).find((value) => value !== undefined)
  return {
    aid: application.aid,
    label: application.label,
    pan: truncatePan(application.pan),
    scheme: application.scheme,
    blocked: state.blocked,
    transactionCounter: state.atc,
    lastOnlineCounter: state.lastOnlineAtc,
    pinTriesLeft: state.pinTriesLeft,
    dynamicAuthentication: application.signatureKey !== undefined,
    contactless: contactlessOf(application),
    // The first line tells the two amounts of the list.
    verification: list === undefined ? [] : describeTlv('8E', list, language).slice(1),
  }
}

function contactlessOf({ contactless }: ApplicationImage): ApplicationSummary['contactless'] {
  if (contactless === undefined) return 'none'
  return contactless.isDevice ? 'phone' : 'card'
}

function summariseStripe({ track1, track2, track3 }: StripeImage): StripeSummary {
  const [pan = '', rest = ''] = (track2 ?? '').split('=')
  return {
    pan: truncatePan(pan),
    serviceCode: rest.slice(4, 7),
    tracks: [track1, track2, track3].flatMap((track, index) => (track === undefined ? [] : [index + 1])),
  }
}

const WORDS = {
  blocked: { zh: '已锁定', en: 'BLOCKED' },
  counters: { zh: '交易计数器', en: 'transaction counter' },
  lastOnline: { zh: '上次联机', en: 'last online' },
  pinTries: { zh: '剩余 PIN 次数', en: 'PIN tries left' },
  verification: { zh: '持卡人验证', en: 'cardholder verification' },
  contactless: { zh: '非接触', en: 'contactless' },
  card: { zh: '可挥卡', en: 'can be tapped' },
  phone: { zh: '手机，已验证持卡人', en: 'a phone that proves its holder' },
  stripe: { zh: '磁条', en: 'stripe' },
  tracks: { zh: '磁道', en: 'tracks' },
  serviceCode: { zh: '服务码', en: 'service code' },
  faults: { zh: '故障', en: 'faults' },
  replay: { zh: '芯片：重放记录', en: 'chip: replays a recording' },
} as const

export function renderCardSummary(summary: CardSummary, language: CliLanguage): string {
  const word = (name: keyof typeof WORDS): string => WORDS[name][language]
  const lines = [`${summary.name}${summary.cardBlocked ? ` (${word('blocked')})` : ''}`]
  if (summary.chip === 'replay') lines.push(`  ${word('replay')}`)
  for (const each of summary.applications) {
    lines.push(
      `  ${each.label} ${each.aid} ${each.pan} ${each.scheme}${each.blocked ? ` (${word('blocked')})` : ''}`,
      `    ${word('counters')} ${each.transactionCounter}, ${word('lastOnline')} ${each.lastOnlineCounter}, ${word('pinTries')} ${each.pinTriesLeft}`,
      ...(each.contactless === 'none' ? [] : [`    ${word('contactless')}: ${word(each.contactless)}`]),
      `    ${word('verification')}:`,
      ...each.verification.map((rule) => `      ${rule}`),
    )
  }
  const { stripe } = summary
  if (stripe !== undefined) {
    lines.push(
      `  ${word('stripe')}: ${stripe.pan}, ${word('tracks')} ${stripe.tracks.join(' ')}, ${word('serviceCode')} ${stripe.serviceCode}`,
    )
  }
  if (summary.faults.length > 0) lines.push(`  ${word('faults')}: ${summary.faults.join(' ')}`)
  return `${lines.join('\n')}\n`
}
