import { randomInt } from 'node:crypto'
import type { CardFaults, CardImage } from '../../../hardware/emulator/chip-card/card-image.ts'
import { type CardCvm, personaliseCard } from '../../../hardware/emulator/chip-card/personalise.ts'
import { withLuhnDigit } from '../../base/exposure.ts'
import type { CryptogramScheme } from '../../emv/schemes.ts'
import { findAccount } from '../../host/core/accounts.ts'
import type { AccountRow, IssuerRow } from '../../host/core/records.ts'
import type { DeskRecords } from '../../host/service/open-desk-records.ts'
import { UsageFailure } from '../failure.ts'

/** What of a host it takes to issue a card: its records, or the host that runs on them. */
export type IssuingRecords = Pick<DeskRecords, 'store' | 'security' | 'estate' | 'personalisation'>

/** What a person wants of a card; the rest follows from the host's records. */
export interface CardWish {
  /** Undefined: a fresh number of the issuer. */
  readonly pan?: string | undefined
  readonly pin: string
  /** YYMM; undefined: the account's, or December 2030 for a new account. */
  readonly expiry?: string | undefined
  readonly cardholderName: string
  /** Undefined: the scheme of the issuer that the number belongs to. */
  readonly scheme?: CryptogramScheme | undefined
  readonly cvm: CardCvm
  readonly authentication: 'cda' | 'dda' | 'sda'
  readonly stripeOnly: boolean
  /** ISO 4217 number of a new account; the home currency when undefined. */
  readonly currency?: string | undefined
  /** With an antenna, or a phone; undefined: contacts only. */
  readonly contactless?: 'card' | 'phone' | undefined
  /** Opening balance of a new account. */
  readonly balanceMinor: number
  readonly faults?: CardFaults | undefined
  /** Of this year's first day on the card is valid. */
  readonly year: number
}

export interface IssuedCard {
  readonly image: CardImage
  readonly pan: string
  /** The number had no account at the host: one was opened, with the wish's PIN. */
  readonly openedAccount: boolean
}

const DEFAULT_EXPIRY = '3012'
const HOME = '156'
const PAN_DIGITS = 16
const PAN_TRIES = 20

/**
 * Makes a card with the keys of a host, and opens its account when there is none.
 *
 * @throws {UsageFailure} when the wish does not fit the host's issuers or the account.
 */
export function issueCard(records: IssuingRecords, wish: CardWish): IssuedCard {
  const issuer = issuerFor(records, wish)
  const pan = wish.pan ?? freshPan(records, issuer)
  const account = findAccount(records.store, records.security.lookupOf(pan))
  const expiry = expiryFor(wish, account)
  const keys = records.personalisation.issuerKeys(issuer)
  const image = personaliseCard(
    {
      pan,
      panSequence: '01',
      expiry,
      effective: `${String(wish.year % 100).padStart(2, '0')}0101`,
      pin: wish.pin,
      cardholderName: wish.cardholderName,
      scheme: issuer.cryptogramScheme,
      cvm: wish.cvm,
      stripeOnly: wish.stripeOnly,
      authentication: wish.authentication,
      contactless: wish.contactless,
      // ISO 3166 and ISO 4217 mostly have the same numbers; the terminal looks at the currency first.
      country: account?.currency ?? wish.currency ?? HOME,
      currency: account?.currency ?? wish.currency ?? HOME,
      discretionary: String(randomInt(1000)).padStart(3, '0'),
      // The host takes no counter twice: a replaced card goes on where the last one stopped.
      transactionCounter: account?.state.lastTransactionCounter ?? 0,
      faults: wish.faults,
    },
    keys,
  )
  if (account === undefined) openAccountFor(records, wish, pan, expiry)
  return { image, pan, openedAccount: account === undefined }
}

function issuerFor(records: IssuingRecords, { pan, scheme }: CardWish): IssuerRow {
  if (pan !== undefined) {
    const issuer = records.estate.issuerOf(pan)
    if (issuer === undefined) {
      throw new UsageFailure(`the host has no issuer for that card number; its ranges are ${ranges(records)}`)
    }
    if (scheme !== undefined && scheme !== issuer.cryptogramScheme) {
      throw new UsageFailure(`cards of that number range use ${issuer.cryptogramScheme}; leave out --scheme`)
    }
    return issuer
  }
  const issuers = records.store.listIssuers()
  const issuer = issuers.find(({ cryptogramScheme }) => cryptogramScheme === (scheme ?? 'pboc-01'))
  if (issuer !== undefined) return issuer
  const known = issuers.map(({ cryptogramScheme }) => cryptogramScheme).join(', ')
  throw new UsageFailure(`no issuer of the host uses ${scheme ?? 'pboc-01'}; it has ${known}`)
}

function ranges({ store }: IssuingRecords): string {
  return store
    .listIssuers()
    .flatMap(({ prefixes }) => prefixes)
    .join(', ')
}

/** A number of the issuer's first range without an account. */
function freshPan(records: IssuingRecords, issuer: IssuerRow): string {
  const prefix = issuer.prefixes[0] ?? ''
  for (let tries = 0; tries < PAN_TRIES; tries++) {
    const missing = PAN_DIGITS - 1 - prefix.length
    const pan = withLuhnDigit(prefix + String(randomInt(10 ** missing)).padStart(missing, '0'))
    if (findAccount(records.store, records.security.lookupOf(pan)) === undefined) return pan
  }
  throw new UsageFailure('the number range of that issuer is used up; give a number with --pan')
}

function expiryFor({ expiry }: CardWish, account: AccountRow | undefined): string {
  if (account === undefined) return expiry ?? DEFAULT_EXPIRY
  if (expiry !== undefined && expiry !== account.expiry) {
    throw new UsageFailure('that card has an account with another expiry date; leave out --expiry')
  }
  return account.expiry
}

function openAccountFor(records: IssuingRecords, wish: CardWish, pan: string, expiry: string): void {
  records.estate.addAccount({
    pan,
    pin: wish.pin,
    expiry,
    balanceMinor: wish.balanceMinor,
    status: 'active',
    hasChip: !wish.stripeOnly,
    ...(wish.currency === undefined ? {} : { currency: wish.currency }),
    limits: { singleMinor: undefined, dailyMinor: undefined, dailyCount: undefined },
    testBehaviour: undefined,
    en: '',
    zh: '',
  })
}
