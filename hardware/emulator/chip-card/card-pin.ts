import { toHex } from '../../../src/base/bytes.ts'
import { SW } from '../../../src/emv/apdu.ts'
import type { CardContext } from './card-context.ts'
import { respond, respondOk } from './card-response.ts'
import type { CardSession } from './card-session.ts'

const PLAINTEXT_PIN = 0x80
const TRIES_LEFT = 0x63c0

/** VERIFY of an offline plaintext PIN: the counter falls before the comparison is told. Source: EMV Book 3, 6.5.12. */
export function verifyPin(
  context: CardContext,
  session: CardSession,
  p2: number,
  data: Uint8Array,
): Uint8Array {
  const { application } = session
  const { state, pin, pinTriesMax } = application
  if (p2 !== PLAINTEXT_PIN) return respond(SW.wrongParameters)
  if (session.phase === 'selected') return respond(SW.conditionsNotSatisfied)
  if (pin === undefined) return respond(SW.dataInvalidated)
  if (data.length !== 8) return respond(SW.wrongLength)
  if (state.pinTriesLeft === 0) return respond(SW.methodBlocked)
  const expected = `2${pin.length.toString(16).toUpperCase()}${pin}`.padEnd(16, 'F')
  const isRight = toHex(data) === expected
  state.pinTriesLeft = isRight ? pinTriesMax : state.pinTriesLeft - 1
  session.offlinePin = isRight ? 'right' : 'wrong'
  context.changed()
  return isRight ? respondOk() : respond(TRIES_LEFT | state.pinTriesLeft)
}
