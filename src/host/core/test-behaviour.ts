/** What the test host does with a transaction on purpose. */
export type TestBehaviour =
  /** Answers with this code; a code of the success class needs that the transaction is approved anyway. */
  | { readonly kind: 'respond'; readonly responseCode: string }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Nothing is done and nothing is answered. */
  | { readonly kind: 'ignore' }
  /** Done and recorded, but not answered. */
  | { readonly kind: 'loseReply' }
  /** As `loseReply`, and the first reversal is done but not answered either. */
  | { readonly kind: 'loseReplyAndReversal' }
  | { readonly kind: 'replyTwice' }
  | { readonly kind: 'wrongMac' }
  | { readonly kind: 'wrongStan' }
  | { readonly kind: 'wrongAmount' }
  | { readonly kind: 'wrongArpc' }
  /** Nothing is done; the connection is dropped. */
  | { readonly kind: 'disconnect' }
  /** Done and recorded; then the connection is dropped. */
  | { readonly kind: 'disconnectAfter' }
  /** The reply carries an issuer script after the final cryptogram (tag 72). */
  | { readonly kind: 'sendScript' }
  /** Part of the amount is approved when the terminal accepts that, otherwise all of it. */
  | { readonly kind: 'approvePartially'; readonly percent: number }

/** `respond:05`, `delay:3000`, `approvePartially:50`, or the kind alone: how an operator writes a behaviour. */
export function formatBehaviour(behaviour: TestBehaviour): string {
  switch (behaviour.kind) {
    case 'respond':
      return `respond:${behaviour.responseCode}`
    case 'delay':
      return `delay:${behaviour.delayMs}`
    case 'approvePartially':
      return `approvePartially:${behaviour.percent}`
    default:
      return behaviour.kind
  }
}

/** The reverse of `formatBehaviour`; undefined when `text` is none. */
export function parseBehaviour(text: string): TestBehaviour | undefined {
  const [kind = '', argument] = text.split(':')
  if (argument === undefined) return PLAIN.find((behaviour) => behaviour.kind === kind)
  if (kind === 'respond' && /^[0-9A-Z]{2}$/.test(argument)) return { kind, responseCode: argument }
  if (!/^\d{1,6}$/.test(argument)) return undefined
  const number = Number(argument)
  if (kind === 'delay') return { kind, delayMs: number }
  if (kind === 'approvePartially' && number >= 1 && number <= 99) return { kind, percent: number }
  return undefined
}

const PLAIN: readonly TestBehaviour[] = [
  { kind: 'ignore' },
  { kind: 'loseReply' },
  { kind: 'loseReplyAndReversal' },
  { kind: 'replyTwice' },
  { kind: 'wrongMac' },
  { kind: 'wrongStan' },
  { kind: 'wrongAmount' },
  { kind: 'wrongArpc' },
  { kind: 'disconnect' },
  { kind: 'disconnectAfter' },
  { kind: 'sendScript' },
]
