import { toHex } from '../../base/bytes.ts'
import { ok, type Result } from '../../base/result.ts'
import { getDataCommand, SW } from '../../emv/apdu.ts'
import { findTlv } from '../../emv/ber-tlv.ts'
import { AIP, hasBit, setBit, TSI, TVR } from '../../emv/results.ts'
import { type Flow, random } from '../flows/effect.ts'
import { exchange } from './card-channel.ts'
import type { ContactSession } from './contact-session.ts'
import type { ContactStop } from './contact-stop.ts'
import type { ApplicationParameters } from './kernel-config.ts'

/** Floor limit, random selection, velocity. Source: EMV Book 3, 10.6. */
export function* manageRisk(session: ContactSession): Flow<Result<void, ContactStop>> {
  const { card, config, transaction, tvr, tsi, application } = session
  if (transaction.forceOnline === true) setBit(tvr, TVR.merchantForcedOnline)
  const pan = toHex(card.get('5A') ?? new Uint8Array(0)).replace(/F+$/, '')
  if (config.isOnExceptionFile?.(pan) === true) setBit(tvr, TVR.onExceptionFile)
  if (!hasBit(card.get('82') ?? new Uint8Array(2), AIP.terminalRiskManagement)) return ok(undefined)
  setBit(tsi, TSI.terminalRiskManagementPerformed)
  const { parameters } = application
  const total = transaction.amountMinor + (transaction.loggedAmountMinor?.(pan) ?? 0)
  if (total >= parameters.floorLimitMinor) {
    setBit(tvr, TVR.floorLimitExceeded)
  } else {
    const draw = yield* drawPercent()
    if (isSelected(parameters, transaction.amountMinor, draw)) setBit(tvr, TVR.randomlySelected)
  }
  return yield* checkVelocity(session)
}

/** Whether a draw of 1 to 99 selects the transaction. The chance grows from target to maximum up to the floor limit. */
export function isSelected(
  parameters: Pick<
    ApplicationParameters,
    'floorLimitMinor' | 'randomThresholdMinor' | 'randomTargetPercent' | 'randomMaximumPercent'
  >,
  amountMinor: number,
  draw: number,
): boolean {
  const { floorLimitMinor, randomThresholdMinor, randomTargetPercent, randomMaximumPercent } = parameters
  if (amountMinor >= floorLimitMinor) return false
  if (amountMinor < randomThresholdMinor) return draw <= randomTargetPercent
  const span = floorLimitMinor - randomThresholdMinor
  const grown = ((randomMaximumPercent - randomTargetPercent) * (amountMinor - randomThresholdMinor)) / span
  return draw <= grown + randomTargetPercent
}

/** 1 to 99, each as likely: two thirds of the byte values are used, the others drawn again. */
function* drawPercent(): Flow<number> {
  for (;;) {
    for (const byte of yield* random(8)) if (byte < 198) return (byte % 99) + 1
  }
}

/** Source: EMV Book 3, 10.6.3. */
function* checkVelocity(session: ContactSession): Flow<Result<void, ContactStop>> {
  const { card, tvr } = session
  const lower = card.get('9F14')?.[0]
  const upper = card.get('9F23')?.[0]
  if (lower === undefined || upper === undefined) return ok(undefined)
  const counter = yield* readCounter('9F36')
  if (!counter.ok) return counter
  const lastOnline = yield* readCounter('9F13')
  if (!lastOnline.ok) return lastOnline
  if (lastOnline.value === 0) setBit(tvr, TVR.newCard)
  if (counter.value === undefined || lastOnline.value === undefined || counter.value <= lastOnline.value) {
    setBit(tvr, TVR.lowerOfflineLimitExceeded)
    setBit(tvr, TVR.upperOfflineLimitExceeded)
    return ok(undefined)
  }
  const offline = counter.value - lastOnline.value
  if (offline > lower) setBit(tvr, TVR.lowerOfflineLimitExceeded)
  if (offline > upper) setBit(tvr, TVR.upperOfflineLimitExceeded)
  return ok(undefined)
}

/** Undefined when the card does not tell. */
function* readCounter(tag: string): Flow<Result<number | undefined, ContactStop>> {
  const answer = yield* exchange(getDataCommand(tag), 'riskManagement')
  if (!answer.ok) return answer
  const value = answer.value.status === SW.ok ? findTlv(answer.value.data, tag) : undefined
  return ok(value?.length === 2 ? ((value[0] ?? 0) << 8) | (value[1] ?? 0) : undefined)
}
