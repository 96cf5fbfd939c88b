import { compileSpec } from '../../iso8583/compile.ts'
import { F } from '../../iso8583/field.ts'
import { UNIONPAY_POS } from '../../iso8583/specs/unionpay-pos.ts'
import type { Speech } from '../till.ts'

/** The home dialect as its terminals speak it: replies are found by terminal and trace number. */
export function unionPaySpeech(): Speech {
  return {
    codec: compileSpec(UNIONPAY_POS),
    prefix: 'binary2',
    envelope: 'tpduAndHeader',
    replyKey(view) {
      // Third digit of the message type: odd in replies.
      if ((view.mti.charCodeAt(2) & 1) === 0) return undefined
      const tid = view.text(F.cardAcceptorTerminalIdentification)
      const stan = view.text(F.stan)
      return tid === undefined || stan === undefined ? undefined : tid + stan
    },
  }
}
