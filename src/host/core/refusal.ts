/** Why a request is not done. */
export interface Refusal {
  readonly approved: false
  /** Field 39, in the codes of the home dialect. */
  readonly responseCode: string
  /** One line of English without any value of the message. */
  readonly reason: string
  readonly field: number | undefined
}

export function refuse(responseCode: string, reason: string, field?: number): Refusal {
  return { approved: false, responseCode, reason, field }
}
