import { asciiToBytes, toHex } from '../../base/bytes.ts'
import type { Message } from '../../iso8583/message.ts'
import { CONVERSION_TAG, parseConversion } from '../../iso8583/subfields/currency-conversion.ts'
import { parseAdditionalAmounts } from '../../iso8583/subfields/field-54.ts'
import { field59Value, readField59 } from '../../iso8583/subfields/field-59.ts'
import { parseField63, splitReplyText } from '../../iso8583/subfields/field-63.ts'
import type { HostReply } from './terminal-model.ts'

/** Field `bit` as text without the spaces at its ends, or undefined when it is absent or blank. */
export function textField(message: Message, bit: number): string | undefined {
  const value = message.fields[bit]
  const text = typeof value === 'string' ? value.trim() : ''
  return text === '' ? undefined : text
}

/** What the journal keeps of a reply; no card number. Source: docs of the UnionPay dialect, 3 and 5.4. */
export function hostReply(message: Message): HostReply {
  const institutions = message.fields[44]
  const issuer = typeof institutions === 'string' ? institutions.slice(0, 11).trim() : ''
  const acquirer = typeof institutions === 'string' ? institutions.slice(11, 22).trim() : ''
  const custom = message.fields[63]
  const parsed = typeof custom === 'string' ? parseField63(custom) : undefined
  const organisation = parsed?.ok === true ? parsed.value.operatorOrOrganisation.trim() : ''
  const issuerText = parsed?.ok === true ? splitReplyText(parsed.value.text ?? '').issuer : ''
  return {
    responseCode: textField(message, 39) ?? '',
    ...present('time', textField(message, 12)),
    ...present('date', textField(message, 13)),
    ...present('settlementDate', textField(message, 15)),
    ...present('acquirer', textField(message, 32)),
    ...present('referenceNumber', textField(message, 37)),
    ...present('authorisationCode', textField(message, 38)),
    ...present('issuerInstitution', issuer),
    ...present('acquirerInstitution', acquirer),
    ...present('organisation', organisation),
    ...codeItems(message),
    ...present('issuerText', issuerText === '' ? '' : toHex(asciiToBytes(issuerText))),
  }
}

/** Source: docs of the UnionPay dialect, 11; B1 and C1 are of this project. */
function codeItems(message: Message): Pick<HostReply, 'voucher' | 'orderNumber' | 'conversion'> {
  const items = readField59(textField(message, 59) ?? '')?.items ?? []
  const conversion = parseConversion(field59Value(items, CONVERSION_TAG) ?? '')
  return {
    ...present('voucher', shortText(field59Value(items, 'A4'), 20)),
    ...present('orderNumber', shortText(field59Value(items, 'B1'), 12)),
    ...(conversion.ok ? { conversion: conversion.value } : {}),
  }
}

function shortText(value: string | undefined, sizeMax: number): string | undefined {
  return value !== undefined && value.length <= sizeMax && /^[0-9A-Za-z]+$/.test(value) ? value : undefined
}

function present<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [N in Name]?: string } {
  return value === undefined || value === '' ? {} : ({ [name]: value } as { [N in Name]: string })
}

/** Whether the card belongs to another organisation than the home one: its totals are counted apart. */
export function isForeign(reply: HostReply | undefined): boolean {
  const organisation = reply?.organisation
  return organisation !== undefined && organisation !== 'CUP' && organisation !== '000'
}

/** Amount of the reply's field 4 in minor units; `asked` when the host left it out. */
export function replyAmountMinor(message: Message, asked: number): number {
  const amount = textField(message, 4)
  return amount === undefined ? asked : Number(amount)
}

/**
 * Available balance of field 54, in minor units; undefined when there is none or it is malformed. Source:
 * docs of the UnionPay dialect, 3 (field 54); amount type 02 is the available one.
 */
export function availableBalance(
  message: Message,
): { readonly amountMinor: number; readonly currency: string } | undefined {
  const items = parseAdditionalAmounts(textField(message, 54) ?? '')
  if (!items.ok) return undefined
  const item = items.value.find((each) => each.amountType === '02') ?? items.value[0]
  return item === undefined ? undefined : { amountMinor: item.amountMinor, currency: item.currency }
}
