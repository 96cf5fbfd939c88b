import { createHash } from 'node:crypto'
import { asciiToBytes, concatBytes, fromHex } from '../../base/bytes.ts'
import { encodeTlvs } from '../../emv/ber-tlv.ts'
import type { DownloadObject } from '../core/download-catalogue.ts'
import type { CaKey } from '../security-module/personalisation.ts'
import type { AddedCaKey, Application } from './catalogue-content.ts'

/** Keys of the test authorities do not end; this is the last day that two digits of a year can name without doubt. */
export const KEY_EXPIRY = '20491231'
const SHA_1 = fromHex('01')
const RSA = fromHex('01')

/** DF19 to DF21, twelve digits each. Source: unionpay-pos, 5.3, AID TLV. */
function contactlessLimits(application: Application): readonly (readonly [string, Uint8Array])[] {
  const { contactlessFloorMinor = 0, contactlessVerificationMinor = 0 } = application
  const { contactlessTransactionMinor } = application
  if (contactlessTransactionMinor === undefined) return []
  return [
    ['DF19', packedAmount(contactlessFloorMinor)],
    ['DF20', packedAmount(contactlessTransactionMinor)],
    ['DF21', packedAmount(contactlessVerificationMinor)],
  ]
}

/** 9F7B, twelve digits. Source: unionpay-pos, 5.3, AID TLV. */
function cashLimit({ electronicCashMinor }: Application): readonly (readonly [string, Uint8Array])[] {
  return electronicCashMinor === undefined ? [] : [['9F7B', packedAmount(electronicCashMinor)]]
}

function packedAmount(minor: number): Uint8Array {
  return fromHex(String(minor).padStart(12, '0'))
}

/** 9F06 to DF21. Source: unionpay-pos, 5.3, AID TLV. */
export function applicationObject(application: Application): DownloadObject {
  const name = encodeTlvs([['9F06', fromHex(application.aid)]])
  const body = encodeTlvs([
    ['9F06', fromHex(application.aid)],
    // One source sends 00 for a partial match; the terminal's profile says how it reads it.
    ['DF01', fromHex(application.partialMatch ? '00' : '01')],
    ['9F08', fromHex(application.version)],
    ['DF11', fromHex(application.tacDefault)],
    ['DF12', fromHex(application.tacOnline)],
    ['DF13', fromHex(application.tacDenial)],
    ['9F1B', uint32(application.floorLimitMinor)],
    ['DF15', uint32(application.thresholdMinor)],
    ['DF16', fromHex(String(application.maximumPercent).padStart(2, '0'))],
    ['DF17', fromHex(String(application.targetPercent).padStart(2, '0'))],
    ['DF14', fromHex(application.defaultDdol)],
    ['DF18', fromHex(application.onlinePin ? '01' : '00')],
    ...cashLimit(application),
    ...contactlessLimits(application),
  ])
  return { name, entry: name, body }
}

/** 9F06, 9F22 and DF02 to DF07. Source: unionpay-pos, 5.3, CAPK TLV; the check value is EMV Book 2, 10.2's. */
export function caKeyObject(
  { rid, index, modulus, exponent }: CaKey,
  expiryDate = KEY_EXPIRY,
): DownloadObject {
  const expiry = asciiToBytes(expiryDate)
  const name = encodeTlvs([
    ['9F06', rid],
    ['9F22', Uint8Array.of(index)],
  ])
  const checked = createHash('sha1').update(rid).update(Uint8Array.of(index)).update(modulus).update(exponent)
  return {
    name,
    entry: concatBytes([name, encodeTlvs([['DF05', expiry]])]),
    body: concatBytes([
      name,
      encodeTlvs([
        ['DF05', expiry],
        ['DF06', SHA_1],
        ['DF07', RSA],
        ['DF02', modulus],
        ['DF04', exponent],
        ['DF03', Uint8Array.from(checked.digest())],
      ]),
    ]),
  }
}

/** A key that somebody added. */
export function addedCaKeyObject({ rid, index, modulus, exponent, expiry }: AddedCaKey): DownloadObject {
  const key = {
    rid: fromHex(rid),
    index: Number.parseInt(index, 16),
    modulus: fromHex(modulus),
    exponent: fromHex(exponent),
  }
  return caKeyObject(key, expiry)
}

function uint32(value: number): Uint8Array {
  return fromHex(value.toString(16).padStart(8, '0').toUpperCase())
}
