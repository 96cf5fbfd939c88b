import { err, ok, type Result } from '../../base/result.ts'
import { type ResponseApdu, splitResponse } from '../../emv/apdu.ts'
import { type Flow, transmit } from '../flows/effect.ts'
import type { ContactStep, ContactStop } from './contact-stop.ts'

/** One command and its answer; what is no answer stops the transaction. `step`: for the operator. */
export function* exchange(apdu: Uint8Array, step: ContactStep): Flow<Result<ResponseApdu, ContactStop>> {
  const answer = yield* transmit(apdu)
  switch (answer.kind) {
    case 'response': {
      const response = splitResponse(answer.bytes)
      return response === undefined ? badCard(step) : ok(response)
    }
    case 'cardRemoved':
      return err({ kind: 'cardRemoved' })
    case 'missing':
    case 'fault':
      return err({ kind: 'deviceTrouble', device: answer.device, trouble: answer.kind })
  }
}

export function badCard(step: ContactStep): { readonly ok: false; readonly error: ContactStop } {
  return err({ kind: 'badCard', step })
}
