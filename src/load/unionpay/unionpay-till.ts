import { fromHex } from '../../base/bytes.ts'
import { InvariantError } from '../../base/invariant.ts'
import type { Codec, MessageView } from '../../iso8583/compile.ts'
import { F } from '../../iso8583/field.ts'
import type { Fields } from '../../iso8583/message.ts'
import type { MixPicker } from '../load-mix.ts'
import type { LoadRandom } from '../load-random.ts'
import type { Judgement, Till } from '../till.ts'
import { LOAD_KINDS, type LoadKind, type MixKind, WIRE_FORMS } from './load-kind.ts'
import { OriginalList } from './original-list.ts'
import { type OpenBatch, TillBooks } from './till-books.ts'
import type { StripeData, TillChip } from './till-card.ts'
import type { TillClock } from './till-clock.ts'
import type { TillKeys } from './till-keys.ts'
import {
  batchEndFields,
  type CardPart,
  financialField60,
  type Original,
  purchaseFields,
  relatedFields,
  reversalFields,
  settlementFields,
  signInFields,
  sixDigits,
  type TillIdentity,
} from './till-message.ts'

export interface UnionPayTillOptions {
  readonly identity: TillIdentity
  readonly codec: Codec
  readonly keys: TillKeys
  /** At least one. */
  readonly stripes: readonly StripeData[]
  /** May be empty when the mix asks for no chip. No other terminal may hold these. */
  readonly chips: readonly TillChip[]
  readonly pin: string
  readonly mix: MixPicker
  readonly settleAfter: number | undefined
  readonly random: LoadRandom
  readonly clock: TillClock
  /** Trace number that was used last. */
  readonly lastStan: number
  /** The batch that an earlier load left open; undefined: there was none. */
  readonly openBatch: OpenBatch | undefined
}

/** What is under way. */
interface Pending {
  readonly kind: LoadKind
  readonly stan: string
  /** What a later request would refer to, or what this one refers to (reversal). */
  readonly original: Original | undefined
  readonly chip: TillChip | undefined
}

const ENVELOPE = fromHex('6000030000603200320001')
const STAN_MAX = 999_999
/** Digits of a settlement's totals. */
const FIELD_48_SIZE = 62
/** A batch is settled before its trace numbers come around. */
const BATCH_MAX = 900_000
const APPROVED: ReadonlySet<string> = new Set(['00', '10', '11'])
/** Not signed in, MAC refused, key missing: fresh keys are the way out. */
const SIGN_IN_AGAIN: ReadonlySet<string> = new Set(['77', 'A0', 'A7'])
const REVERSAL_TRIES = 3
const KIND_INDEX = new Map<LoadKind, number>(LOAD_KINDS.map((kind, index) => [kind, index]))

/** A virtual terminal of the home dialect: own keys, own trace numbers, own books, one request at a time. */
export class UnionPayTill implements Till {
  readonly #options: UnionPayTillOptions
  readonly #books: TillBooks
  readonly #sales = new OriginalList()
  readonly #holds = new OriginalList()
  #signedIn = false
  #stan: number
  #owed: { readonly original: Original; readonly reason: '06' | '98' | 'A0'; tries: number } | undefined
  #pending: Pending | undefined
  kind = 0
  key = ''
  isBooked = false
  responseCode = ''
  readonly signsIn = true

  constructor(options: UnionPayTillOptions) {
    this.#options = options
    this.#stan = options.lastStan
    this.#books = new TillBooks(options.openBatch, options.lastStan > 0)
  }

  /** Trace number that was used last. */
  get lastStan(): number {
    return this.#stan
  }

  get isReady(): boolean {
    return this.#signedIn
  }

  /** Its books as the next load should find them. */
  get openBatch(): OpenBatch {
    const { batch, totals, isUncertain } = this.#books
    const isCertain = !isUncertain && this.#owed === undefined && this.#pending === undefined
    return { number: batch, totals: totals.figures, isCertain }
  }

  get tid(): string {
    return this.#options.identity.tid
  }

  write(target: Uint8Array, offset: number): number {
    const kind = this.#choose()
    const form = WIRE_FORMS[kind]
    const fields = this.#compose(kind)
    const start = offset + ENVELOPE.length
    target.set(ENVELOPE, offset)
    const { codec, keys } = this.#options
    const end = codec.encodeInto({ mti: form.mti, fields }, target, start)
    if (end < 0) throw new InvariantError(`field ${codec.lastError?.field} of a ${kind} can not be written`)
    if (form.hasMac) keys.seal(target, start, end)
    const stan = this.#pending?.stan ?? ''
    this.kind = KIND_INDEX.get(kind) ?? 0
    this.key = this.tid + stan
    this.isBooked = form.isBooked
    this.#books.sentCount++
    return end
  }

  #choose(): LoadKind {
    if (!this.#signedIn) return 'signIn'
    if (this.#owed !== undefined) return 'reversal'
    if (this.#books.closing !== undefined) return 'batchEnd'
    if (this.#books.sentCount >= (this.#options.settleAfter ?? BATCH_MAX)) return 'settlement'
    const wanted = this.#options.mix.kind() as MixKind
    switch (wanted) {
      case 'void':
      case 'refund':
      case 'reversal':
        return this.#sales.size > 0 ? wanted : 'saleStripe'
      case 'completion':
      case 'cancel':
        return this.#holds.size > 0 ? wanted : 'preAuthorisation'
      default:
        return wanted
    }
  }

  #compose(kind: LoadKind): Fields {
    const { identity } = this.#options
    switch (kind) {
      case 'signIn':
        return signInFields(identity, this.#begin(kind), this.#books.batch)
      case 'settlement':
        return settlementFields(identity, this.#begin(kind), this.#books.batch, this.#books.totals)
      case 'batchEnd':
        return batchEndFields(
          identity,
          this.#begin(kind),
          this.#books.batch,
          this.#books.closing === 'balanced',
        )
      case 'reversal':
        return this.#composeReversal()
      case 'void':
      case 'refund':
        return this.#composeRelated(kind, this.#sales)
      case 'completion':
      case 'cancel':
        return this.#composeRelated(kind, this.#holds)
      default:
        return this.#composePurchase(kind)
    }
  }

  #begin(kind: LoadKind, stan = this.#nextStan()): string {
    this.#pending = { kind, stan, original: undefined, chip: undefined }
    return stan
  }

  #nextStan(): string {
    this.#stan = (this.#stan % STAN_MAX) + 1
    return sixDigits(this.#stan)
  }

  #composePurchase(kind: LoadKind): Fields {
    const { identity, mix } = this.#options
    const stan = this.#nextStan()
    const amountMinor = kind === 'balance' ? 0 : mix.amountMinor()
    const isChip = kind === 'saleChip' || kind === 'saleChipPin'
    const chip = isChip ? this.#pick(this.#options.chips) : undefined
    const card =
      chip === undefined
        ? this.#swipe(kind === 'saleStripePin' || kind === 'balance')
        : this.#insert(chip, amountMinor, stan, kind === 'saleChipPin')
    const reversal55 = chip?.reversalData()
    this.#pending = {
      kind,
      stan,
      chip,
      original: this.#originalOf(kind, stan, amountMinor, card, reversal55),
    }
    return purchaseFields(identity, kind, stan, amountMinor, this.#books.batch, card)
  }

  #swipe(withPin: boolean): CardPart {
    const { stripes, keys, pin } = this.#options
    const { pan, expiry, track2 } = this.#pick(stripes)
    return {
      pan,
      expiry,
      entryMode: withPin ? '021' : '022',
      track: keys.encryptTrack(track2),
      pinBlock: withPin ? keys.pinBlock(pin, pan) : undefined,
    }
  }

  #insert(chip: TillChip, amountMinor: number, stan: string, withPin: boolean): CardPart {
    const { keys, pin, clock } = this.#options
    const { pan, expiry, panSequence, track2 } = chip
    return {
      pan,
      expiry,
      entryMode: withPin ? '051' : '052',
      panSequence,
      field55: chip.sign({ amountMinor, withPin, stan, date: clock.date, time: clock.time }),
      track: keys.encryptTrack(track2),
      pinBlock: withPin ? keys.pinBlock(pin, pan) : undefined,
    }
  }

  #originalOf(
    kind: LoadKind,
    stan: string,
    amountMinor: number,
    card: CardPart,
    reversal55?: Uint8Array,
  ): Original {
    return {
      kind,
      stan,
      amountMinor,
      card,
      reversal55,
      batch: this.#books.batch,
      field60: financialField60(kind, this.#books.batch),
      referenceNumber: '',
      authorisationCode: '',
      date: this.#options.clock.date.slice(2),
    }
  }

  #composeRelated(kind: LoadKind, from: OriginalList): Fields {
    const stan = this.#nextStan()
    const original = from.take(this.#options.random)
    const card: CardPart = { pan: original.card.pan, expiry: original.card.expiry, entryMode: '012' }
    this.#pending = {
      kind,
      stan,
      chip: undefined,
      original: this.#originalOf(kind, stan, original.amountMinor, card),
    }
    return relatedFields(this.#options.identity, kind, stan, this.#books.batch, original)
  }

  #composeReversal(): Fields {
    const owed = this.#owed
    const original = owed?.original ?? this.#sales.take(this.#options.random)
    // One of the mix becomes a duty too: until it is answered, it is said again.
    this.#owed = owed ?? { original, reason: '06', tries: 0 }
    this.#owed.tries++
    this.#pending = { kind: 'reversal', stan: original.stan, original, chip: undefined }
    return reversalFields(this.#options.identity, original, this.#owed.reason)
  }

  #pick<T>(values: readonly T[]): T {
    const value = values[values.length === 1 ? 0 : this.#options.random.below(values.length)]
    if (value === undefined) throw new InvariantError('a virtual terminal without a card that its mix needs')
    return value
  }

  read(view: MessageView, frame: Uint8Array, start: number): Judgement {
    const pending = this.#pending
    if (pending === undefined) throw new InvariantError('a reply that nobody asked for')
    this.#pending = undefined
    const code = view.text(F.responseCode) ?? ''
    this.responseCode = code
    const approved = APPROVED.has(code)
    if (WIRE_FORMS[pending.kind].hasMac && !this.#isProved(view, frame, start, approved)) {
      this.#leftOpen(pending, 'A0')
      // Keys that both sides no longer share are replaced.
      this.#signedIn = false
      return 'wrongMac'
    }
    if (SIGN_IN_AGAIN.has(code)) this.#signedIn = false
    switch (pending.kind) {
      case 'signIn':
        return approved ? this.#signIn(view) : 'declined'
      case 'settlement':
        return this.#settled(view)
      case 'batchEnd':
        return approved ? this.#closeBatch() : 'declined'
      case 'reversal':
        return this.#reversed(pending, code)
      default:
        return approved ? this.#approved(pending, view) : declinedOr(code)
    }
  }

  /** A refusal may come without a MAC: the host may not know the keys. An approval may not. */
  #isProved(view: MessageView, frame: Uint8Array, start: number, approved: boolean): boolean {
    const macAt = view.offsetOf(F.messageAuthenticationCode)
    if (macAt < 0) return !approved
    return this.#options.keys.isSealed(frame, start, macAt)
  }

  #signIn(view: MessageView): Judgement {
    const keys = view.value(F.multiUseData)
    const batch = view.text(F.customData)?.slice(2, 8) ?? ''
    if (keys === undefined || !/^\d{6}$/.test(batch) || !this.#options.keys.loadWorkingKeys(keys))
      return 'badReply'
    this.#books.signedIn(batch)
    this.#signedIn = true
    return 'approved'
  }

  #approved(pending: Pending, view: MessageView): Judgement {
    const { kind, original, chip } = pending
    if (original === undefined) throw new InvariantError(`a ${kind} without its figures`)
    if (chip !== undefined && !chip.accepts(view.value(F.integratedCircuitCardData))) {
      this.#leftOpen(pending, '06')
      return 'wrongArpc'
    }
    const known: Original = {
      ...original,
      referenceNumber: view.text(F.retrievalReferenceNumber) ?? '',
      authorisationCode: view.text(F.authorizationIdentificationResponse)?.trim() ?? '',
    }
    this.#books.book(kind, known.amountMinor, 1)
    if (kind === 'preAuthorisation') this.#holds.keep(known)
    else if (kind.startsWith('sale')) this.#sales.keep(known)
    return 'approved'
  }

  #reversed({ original }: Pending, code: string): Judgement {
    const owed = this.#owed
    this.#owed = undefined
    if (owed === undefined || original === undefined) throw new InvariantError('a reversal that nobody owed')
    // Only an approved sale of the mix stood in the totals; what was unproved never did.
    if (owed.reason === '06' && original.referenceNumber !== '' && code === '00')
      this.#books.book(original.kind, original.amountMinor, -1)
    return code === '00' ? 'approved' : declinedOr(code)
  }

  #settled(view: MessageView): Judgement {
    const field48 = view.text(F.additionalDataPrivate) ?? ''
    if (field48.length !== FIELD_48_SIZE) return this.responseCode === '' ? 'badReply' : 'declined'
    return this.#books.settled(field48) ? 'approved' : 'outOfBalance'
  }

  #closeBatch(): Judgement {
    this.#books.close()
    this.#sales.clear()
    return 'approved'
  }

  unanswered(): void {
    const pending = this.#pending
    this.#pending = undefined
    if (pending !== undefined) this.#leftOpen(pending, '98')
  }

  /** What stays to be done about a request without an answer that can be relied on. */
  #leftOpen({ kind, original }: Pending, reason: '06' | '98' | 'A0'): void {
    if (kind === 'reversal') {
      if (this.#owed === undefined || this.#owed.tries < REVERSAL_TRIES) return
      this.#owed = undefined
      this.#books.isUncertain = true
    } else if (WIRE_FORMS[kind].isReversible && original !== undefined) {
      this.#owed = { original, reason, tries: 0 }
    } else if (kind === 'refund') this.#books.isUncertain = true
  }
}

function declinedOr(code: string): Judgement {
  return code === '' ? 'badReply' : 'declined'
}
