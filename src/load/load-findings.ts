import { oneLine } from '../base/one-line.ts'
import { LOAD_EVENTS, LOAD_FAULTS, type LoadEvent, type LoadFault } from './load-fault.ts'
import type { BooksFigures, LoadResult } from './load-result.ts'
import type { LoadEnd } from './load-tick.ts'
import type { SoakVerdict } from './soak-verdict.ts'

/** What each fault of a request is in words. */
export const FAULT_WORDS: Readonly<Record<LoadFault, string>> = {
  noReply: 'nothing came in time',
  undecodable: 'what came is no message',
  unmatched: 'what came belongs to no request',
  closed: 'the connection went',
  wrongMac: 'the MAC of the reply is wrong or missing',
  wrongArpc: 'the card refused the answer of its issuer',
  badReply: 'the reply lacks what it must have',
  outOfBalance: 'the settlement totals differ',
}

/** What happens on connections, in words. */
export const EVENT_WORDS: Readonly<Record<LoadEvent, string>> = {
  connectRefused: 'connections refused',
  connectionLost: 'connections lost',
  undecodableFrames: 'frames that are no message',
  unmatchedFrames: 'messages that belong to no request',
  lateFrames: 'replies that came too late',
  repeatedFrames: 'replies that came once more',
  hostRequests: 'requests of the host, which a load does not answer',
}

/** Why a load is not good, one sentence each; empty when it is. */
export function findingsOf(
  result: Omit<LoadResult, 'findings'>,
  readiness: { readonly readyTills: number; readonly tills: number; readonly why: string },
): readonly string[] {
  const found: string[] = []
  const { readyTills, tills, why } = readiness
  if (readyTills < tills) found.push(`${tills - readyTills} of ${tills} terminals could not sign in${why}`)
  for (const fault of LOAD_FAULTS) {
    const count = result.faults[fault]
    if (count > 0) found.push(`${count} requests failed: ${FAULT_WORDS[fault]}`)
  }
  for (const event of LOAD_EVENTS) {
    const count = result.events[event]
    // An echo test is what a good host sends.
    if (count > 0 && event !== 'hostRequests') found.push(`${count} ${EVENT_WORDS[event]}`)
  }
  if (result.answered === 0) found.push('no request was answered')
  if (result.givenUp > 0) found.push(`${result.givenUp} requests were given up while they were under way`)
  if (result.neverSent > 0)
    found.push(`${result.neverSent} arrivals were never sent: no terminal became free for them in time`)
  if (result.books !== undefined) found.push(...booksFindings(result.books))
  return [...found, ...soakFindings(result.soak)]
}

function soakFindings(soak: SoakVerdict | undefined): readonly string[] {
  const words = { rising: 'rises', tooFewSamples: 'has too few samples to judge' } as const
  return (soak?.measures ?? []).flatMap((measure) =>
    measure.verdict === 'rising' || measure.verdict === 'tooFewSamples'
      ? [`${measure.words} ${words[measure.verdict]}`]
      : [],
  )
}

function booksFindings({ answered, sent, rows, wrong }: BooksFigures): readonly string[] {
  const found = wrong.map((each) => `the books are wrong: ${each}`)
  if (rows < answered) found.push(`${answered - rows} answered requests have no row in the books`)
  if (rows > sent) found.push(`the books have ${rows - sent} rows that nobody sent`)
  return found
}

/** ` (3 times nothing came in time, …)`: what became of the sign-ins that failed; empty when none did. */
export function signInWords(ends: readonly Pick<LoadEnd, 'signIns'>[]): string {
  const times = new Map<string, number>()
  const add = (words: string, count: number): void => {
    if (count > 0) times.set(words, (times.get(words) ?? 0) + count)
  }
  for (const { signIns } of ends) {
    for (const fault of LOAD_FAULTS) add(FAULT_WORDS[fault], signIns.faults[fault])
    for (const [code, count] of Object.entries(signIns.codes))
      if (code !== '00') add(`response code ${oneLine(code)}`, count)
  }
  const words = [...times].map(([each, count]) => `${count} times ${each}`)
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}
