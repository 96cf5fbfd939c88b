import { LOAD_EVENTS, LOAD_FAULTS, type LoadEvent, type LoadFault } from './load-fault.ts'
import type { BooksFigures, LoadResult } from './load-result.ts'
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
  readiness: { readonly readyTills: number; readonly tills: number },
): readonly string[] {
  const found: string[] = []
  const { readyTills, tills } = readiness
  if (readyTills < tills) found.push(`${tills - readyTills} of ${tills} terminals could not sign in`)
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
