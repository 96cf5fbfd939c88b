import { err, ok, type Result } from '../../base/result.ts'
import { type LoadMix, MixPicker } from '../load-mix.ts'
import { LoadRandom } from '../load-random.ts'
import type { Cast } from '../run-share.ts'
import type { EstateTerminal, LoadEstate } from './load-estate.ts'
import { LOAD_KINDS } from './load-kind.ts'
import type { OpenBatch } from './till-books.ts'
import { stripeOf, TillChip } from './till-card.ts'
import { createTillClock } from './till-clock.ts'
import { TillKeys } from './till-keys.ts'
import { unionPaySpeech } from './unionpay-speech.ts'
import { UnionPayTill } from './unionpay-till.ts'

export interface UnionPayCast extends Cast {
  readonly tills: readonly UnionPayTill[]
  /** The estate's terminals of this cast as they stand now: trace numbers and card counters. */
  used(): readonly UsedTerminal[]
}

/** What a run used up of a terminal: the next one begins behind it. */
export interface UsedTerminal {
  readonly tid: string
  readonly lastStan: number
  readonly transactionCounter: number
  readonly openBatch: OpenBatch
}

export interface CastOptions {
  readonly estate: LoadEstate
  readonly mix: LoadMix
  /** This process plays every `workers`th terminal, from `index`. */
  readonly index: number
  readonly workers: number
  readonly seed: number
}

/** The virtual terminals of one process; or the terminal whose key block or card can not be used. */
export function unionPayCast({
  estate,
  mix,
  index,
  workers,
  seed,
}: CastOptions): Result<UnionPayCast, string> {
  const speech = unionPaySpeech()
  const clock = createTillClock(Date.now)
  const played: { readonly till: UnionPayTill; readonly chip: TillChip }[] = []
  for (const [number, terminal] of estate.terminals.entries()) {
    if (number % workers !== index) continue
    const random = new LoadRandom(seed, number)
    const keys = TillKeys.fromKeyBlock(estate.keyBlockProtectionKey, terminal.keyBlock)
    const stripe = stripeOf(terminal.stripe)
    if (!keys.ok)
      return err(`the key block of terminal ${terminal.tid} can not be opened (${keys.error.kind})`)
    if (stripe === undefined || terminal.chip.chip === undefined)
      return err(`a card of terminal ${terminal.tid} has no stripe or no chip`)
    const chip = new TillChip(terminal.chip, random)
    const till = new UnionPayTill({
      identity: terminal,
      codec: speech.codec,
      keys: keys.value,
      stripes: [stripe],
      chips: [chip],
      pin: estate.pin,
      mix: new MixPicker(mix, random),
      settleAfter: mix.settleAfter,
      random,
      clock,
      lastStan: terminal.lastStan,
      openBatch: terminal.openBatch,
    })
    played.push({ till, chip })
  }
  return ok({
    speech,
    kinds: LOAD_KINDS,
    tills: played.map(({ till }) => till),
    used: () =>
      played.map(({ till, chip }) => ({
        tid: till.tid,
        lastStan: till.lastStan,
        transactionCounter: chip.transactionCounter,
        openBatch: till.openBatch,
      })),
  })
}

/** `terminal` behind what a run used up of it. */
export function usedTerminal(
  terminal: EstateTerminal,
  { lastStan, transactionCounter, openBatch }: UsedTerminal,
): EstateTerminal {
  const chip = structuredClone(terminal.chip)
  const state = chip.chip?.applications[0]?.state
  if (state !== undefined) state.atc = transactionCounter
  return { ...terminal, lastStan, openBatch, chip }
}
