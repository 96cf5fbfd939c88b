/** What people do while a command runs. */
export interface Hands {
  readonly supervisorPassword: 'right' | 'wrong'
  /** `cancelled`: the cardholder presses cancel when asked for the PIN. */
  readonly pin: 'right' | 'wrong' | 'cancelled'
  readonly partial: 'accept' | 'refuse'
  /** Strikes the request in flight with this number, counted from 1 within the command. */
  readonly mishap: Mishap | undefined
}

export interface Mishap {
  readonly kind: 'loseRequest' | 'loseReply' | 'cutPower'
  readonly at: 1 | 2
}

export const CALM_HANDS: Hands = {
  supervisorPassword: 'right',
  pin: 'right',
  partial: 'accept',
  mishap: undefined,
}
