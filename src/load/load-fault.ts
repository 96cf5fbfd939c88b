/**
 * How one request can fail, each kept apart. `noReply`: nothing came in time; `undecodable`: something came, but it
 * is no message; `unmatched`: a message came, but it belongs to no request.
 */
export const LOAD_FAULTS = [
  'noReply',
  'undecodable',
  'unmatched',
  'closed',
  'wrongMac',
  'wrongArpc',
  'badReply',
  'outOfBalance',
] as const

export type LoadFault = (typeof LOAD_FAULTS)[number]

/** What happens on a connection and is no request's own. */
export const LOAD_EVENTS = [
  'connectRefused',
  'connectionLost',
  'undecodableFrames',
  'unmatchedFrames',
  'lateFrames',
  'repeatedFrames',
  'hostRequests',
] as const

export type LoadEvent = (typeof LOAD_EVENTS)[number]

/** All zeros. */
export function zeroCounts<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}
