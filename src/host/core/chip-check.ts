import { decodeTlvs, encodeTlvs } from '../../emv/ber-tlv.ts'
import { cryptogramData } from '../../emv/schemes.ts'
import type { Operation } from './operation.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { CryptogramInput } from './security-module-port.ts'

const CONTACT_OR_CONTACTLESS = /^0[57]/

/** Checks the card's cryptogram and counter. Source: EMV Book 2, 8; ATC rule: unionpay-pos profile of this host. */
export function chipRefusal(operation: Operation): Refusal | undefined {
  const { request } = operation
  if (request.chipData === undefined || request.chipData.length === 0) {
    return CONTACT_OR_CONTACTLESS.test(request.entryMode)
      ? refuse('30', 'entry mode says chip, but there is no chip data', 55)
      : undefined
  }
  const tlvs = decodeTlvs(request.chipData)
  if (!tlvs.ok) return refuse('30', 'the chip data is no valid BER-TLV', 55)
  const values = new Map<string, Uint8Array>()
  for (const { tag, value } of tlvs.value) values.set(tag, value)
  return cryptogramRefusal(operation, (tag) => values.get(tag))
}

function cryptogramRefusal(
  operation: Operation,
  lookup: (tag: string) => Uint8Array | undefined,
): Refusal | undefined {
  const { request, card, issuer, accountState, context } = operation
  if (card === undefined || issuer === undefined || accountState === undefined) return undefined
  const key = issuer.cryptogramKey
  if (key === undefined) return refuse('A7', 'the issuer has no key for card cryptograms', 55)
  const cryptogram = lookup('9F26')
  const counter = lookup('9F36')
  const unpredictable = lookup('9F37')
  const signed = cryptogramData(issuer.cryptogramScheme, lookup)
  if (cryptogram?.length !== 8 || counter?.length !== 2 || unpredictable?.length !== 4) {
    return refuse('59', 'tag 9F26, 9F36 or 9F37 is missing or has a wrong size', 55)
  }
  if (!signed.ok) return refuse('59', `tag ${signed.error.tag} is missing or too short`, 55)
  const input: CryptogramInput = {
    scheme: issuer.cryptogramScheme,
    pan: card.pan,
    panSequence: request.panSequence,
    applicationTransactionCounter: counter,
    unpredictableNumber: unpredictable,
    data: signed.value,
    cryptogram,
  }
  if (!context.security.verifyCryptogram(key, input)) return refuse('59', 'the card cryptogram is wrong', 55)
  const transactionCounter = ((counter[0] ?? 0) << 8) | (counter[1] ?? 0)
  if (transactionCounter <= accountState.lastTransactionCounter) {
    return refuse('59', 'the transaction counter is not above the last one seen', 55)
  }
  if (request.amountMinor !== undefined && amountOf(lookup('9F02')) !== request.amountMinor) {
    return refuse('59', 'the amount that the card signed differs from field 4', 55)
  }
  operation.accountState = { ...accountState, lastTransactionCounter: transactionCounter }
  operation.chip = { key, input }
  return undefined
}

/** Amount in packed decimal; undefined when it is none. */
function amountOf(value: Uint8Array | undefined): number | undefined {
  if (value === undefined) return undefined
  let amount = 0
  for (const byte of value) {
    const high = byte >> 4
    const low = byte & 15
    if (high > 9 || low > 9) return undefined
    amount = amount * 100 + high * 10 + low
  }
  return amount
}

/** Field 55 of the reply: issuer authentication data and, for a test, a script. */
export function chipReply(
  operation: Operation,
  responseCode: string,
  wish: { readonly wrongArpc: boolean; readonly script: boolean },
): Uint8Array | undefined {
  const { chip, context } = operation
  if (chip === undefined) return undefined
  const answer = context.security.issuerAuthentication(chip.key, chip.input, responseCode)
  const value = wish.wrongArpc ? answer.map((byte, index) => (index === 0 ? byte ^ 0xff : byte)) : answer
  const tlvs: (readonly [string, Uint8Array])[] = [['91', value]]
  if (wish.script) tlvs.push(['72', TEST_SCRIPT])
  return encodeTlvs(tlvs)
}

/**
 * Script 00000001 with one command, PUT DATA of the consecutive-offline limit. It carries no MAC, so a card
 * that checks refuses it: the flow and its result message are what is tested.
 */
const TEST_SCRIPT = encodeTlvs([
  ['9F18', Uint8Array.of(0, 0, 0, 1)],
  ['86', Uint8Array.of(0x04, 0xda, 0x9f, 0x58, 0x05, 0x03, 0, 0, 0, 0)],
])
