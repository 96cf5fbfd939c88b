import { CAPABILITY, hasBit } from '../../emv/results.ts'

/** One rule of a card's list. Source: EMV Book 3, annex C3. */
export interface CvmRule {
  /** First byte as it stands: tag 9F34 repeats it. */
  readonly code: number
  readonly condition: number
  /** Low six bits of the code. */
  readonly method: number
  /** When it fails, the next rule may be tried. */
  readonly continues: boolean
}

export interface CvmList {
  /** Amounts of conditions 06 to 09, in the application's currency. */
  readonly amountX: number
  readonly amountY: number
  readonly rules: readonly CvmRule[]
}

export const CVM = {
  fail: 0x00,
  plaintextPin: 0x01,
  onlinePin: 0x02,
  plaintextPinAndSignature: 0x03,
  encipheredPin: 0x04,
  encipheredPinAndSignature: 0x05,
  signature: 0x1e,
  none: 0x1f,
} as const

/** Rules of tag 8E; undefined when its size is wrong. */
export function parseCvmList(value: Uint8Array): CvmList | undefined {
  if (value.length < 8 || value.length % 2 !== 0) return undefined
  const view = new DataView(value.buffer, value.byteOffset, value.length)
  const rules: CvmRule[] = []
  for (let at = 8; at < value.length; at += 2) {
    const code = value[at] ?? 0
    rules.push({
      code,
      condition: value[at + 1] ?? 0,
      method: code & 0x3f,
      continues: (code & 0x40) !== 0,
    })
  }
  return { amountX: view.getUint32(0), amountY: view.getUint32(4), rules }
}

/** What the conditions look at. */
export interface CvmSituation {
  readonly transactionType: string
  readonly amountMinor: number
  /** Tag 9F42 is the transaction's currency. */
  readonly isApplicationCurrency: boolean
  readonly terminalType: number
  readonly terminalCapabilities: Uint8Array
}

/** Whether a rule applies. A condition that is not understood never does. Source: EMV Book 3, table 40. */
export function isConditionMet(rule: CvmRule, list: CvmList, situation: CvmSituation): boolean {
  const isCash = situation.transactionType === '01'
  const isCashback = situation.transactionType === '09'
  const isUnattended = (situation.terminalType & 0x0f) >= 4
  switch (rule.condition) {
    case 0x00:
      return true
    case 0x01:
      return isCash && isUnattended
    case 0x02:
      return !isCash && !isCashback
    case 0x03:
      return isSupported(rule.method, situation.terminalCapabilities)
    case 0x04:
      return isCash && !isUnattended
    case 0x05:
      return isCashback
    case 0x06:
      return situation.isApplicationCurrency && situation.amountMinor < list.amountX
    case 0x07:
      return situation.isApplicationCurrency && situation.amountMinor > list.amountX
    case 0x08:
      return situation.isApplicationCurrency && situation.amountMinor < list.amountY
    case 0x09:
      return situation.isApplicationCurrency && situation.amountMinor > list.amountY
    default:
      return false
  }
}

/** Whether the terminal can do a method, by tag 9F33. Failing is something that every terminal can. */
export function isSupported(method: number, capabilities: Uint8Array): boolean {
  switch (method) {
    case CVM.fail:
      return true
    case CVM.plaintextPin:
      return hasBit(capabilities, CAPABILITY.plaintextPin)
    case CVM.onlinePin:
      return hasBit(capabilities, CAPABILITY.onlinePin)
    case CVM.plaintextPinAndSignature:
      return hasBit(capabilities, CAPABILITY.plaintextPin) && hasBit(capabilities, CAPABILITY.signature)
    case CVM.encipheredPin:
      return hasBit(capabilities, CAPABILITY.offlineEncipheredPin)
    case CVM.encipheredPinAndSignature:
      return (
        hasBit(capabilities, CAPABILITY.offlineEncipheredPin) && hasBit(capabilities, CAPABILITY.signature)
      )
    case CVM.signature:
      return hasBit(capabilities, CAPABILITY.signature)
    case CVM.none:
      return hasBit(capabilities, CAPABILITY.noCvm)
    default:
      return false
  }
}

export function isRecognised(method: number): boolean {
  return method <= CVM.encipheredPinAndSignature || method === CVM.signature || method === CVM.none
}

/** Whether a method takes a PIN on the pad. */
export function needsPinPad(method: number): boolean {
  return method >= CVM.plaintextPin && method <= CVM.encipheredPinAndSignature
}
