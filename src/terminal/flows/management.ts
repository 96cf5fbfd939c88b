import { append, type Flow, now, pinPad } from './effect.ts'
import { exchange, noteProcessing, sealRequest } from './exchange.ts'
import { textField } from './host-reply.ts'
import { concludePadTrouble } from './pad-services.ts'
import { showMessage } from './show.ts'
import { concludeNoReply, concludeRefusal } from './sign-in.ts'
import type { CommandOutcome } from './terminal-command.ts'
import { activeProfile, type TerminalContext } from './terminal-context.ts'
import { managementField60 } from './transaction-message.ts'
import { stanText } from './transaction-state.ts'

/** Sign-off: the working keys leave the pad. Source: docs of the UnionPay dialect, 4. */
export function* signOff(context: TerminalContext): Flow<CommandOutcome> {
  const profile = activeProfile(context)
  yield* showMessage('signingOff')
  const stan = stanText(context.state.nextStan)
  const sealed = yield* sealRequest(context, {
    mti: '0820',
    fields: {
      11: stan,
      41: profile.terminalId,
      42: profile.merchantId,
      60: managementField60(context.state.batch, '002'),
    },
  })
  if (sealed.kind !== 'sealed') return yield* concludePadTrouble(sealed)
  yield* append({ kind: 'stanUsed', stan })
  const result = yield* exchange(context, sealed.request, 'none')
  if (result.kind !== 'reply') return yield* concludeNoReply(result)
  const code = textField(result.message, 39) ?? ''
  if (code !== '00') return yield* concludeRefusal(code)
  yield* append({ kind: 'signedOff' })
  // The host has dropped the keys; a pad that can't be reached now loses them at the next sign-in.
  yield* pinPad({ op: 'clearWorkingKeys' })
  yield* showMessage('signedOff')
  return { kind: 'done' }
}

/** Echo test: no trace number, nothing in the journal. Source: docs of the UnionPay dialect, 4. */
export function* echo(context: TerminalContext): Flow<CommandOutcome> {
  const profile = activeProfile(context)
  yield* showMessage('echoing')
  const sealed = yield* sealRequest(context, {
    mti: '0820',
    fields: {
      41: profile.terminalId,
      42: profile.merchantId,
      60: managementField60(context.state.batch, '301'),
    },
  })
  if (sealed.kind !== 'sealed') return yield* concludePadTrouble(sealed)
  const before = yield* now()
  const result = yield* exchange(context, sealed.request, 'none')
  if (result.kind !== 'reply') return yield* concludeNoReply(result)
  const roundTripMs = Math.round((yield* now()).monotonicMs - before.monotonicMs)
  const code = textField(result.message, 39) ?? '00'
  if (code !== '00') return yield* concludeRefusal(code)
  yield* noteProcessing(result)
  yield* showMessage('echoed', { roundTripMs })
  return { kind: 'echoed', roundTripMs }
}
