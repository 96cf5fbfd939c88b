import { type Flow, type SendAnswer, send, waitOrCancel } from './effect.ts'
import { showMessage } from './show.ts'
import type { TerminalProfile } from './terminal-profile.ts'

/**
 * Sends `frame`, and connects as often for it as the profile says: what could not be sent has not left, so the next attempt
 * is the first that the host can see. The cancel key ends the waiting between two. Source: unionpay-pos, 5.3, parameter 13.
 */
export function* patientSend(
  { connectAttempts, connectPauseMs }: TerminalProfile,
  frame: Uint8Array,
): Flow<SendAnswer> {
  let answer = yield* send(frame)
  for (let attempt = 2; answer.kind === 'notSent' && attempt <= connectAttempts; attempt++) {
    yield* showMessage('connectingAgain', { attempt, total: connectAttempts })
    if ((yield* waitOrCancel(connectPauseMs)).kind === 'cancelled') break
    answer = yield* send(frame)
  }
  return answer
}
