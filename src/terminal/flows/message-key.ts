import type { Device, DeviceCondition } from './peripheral-effect.ts'
import type { Screen } from './screen.ts'

/**
 * Which article of the knowledge base explains a message: its key stands in brackets behind the message. A message that
 * holds a response code is explained by the code.
 */
const KEYS = {
  'printer.paperEnd': 'E-PAPER',
  'printer.coverOpen': 'E-COVER',
  'printer.offline': 'E-PRINTER-OFFLINE',
  'printer.missing': 'E-PRINTER-MISSING',
  'printer.fault': 'E-PRINTER-FAULT',
  chipUnreadable: 'E-CHIP-UNREADABLE',
  stripeUnreadable: 'E-STRIPE-UNREADABLE',
  tapAgain: 'E-TAP',
  oneCardOnly: 'E-TAP',
  tapLimit: 'E-TAP-OTHER',
  tapNotPossible: 'E-TAP-OTHER',
  'refused.cardNotReadable': 'E-CARD-UNREADABLE',
  'refused.cardBlacklisted': 'E-CARD-BLACKLISTED',
  downloadUnusable: 'E-DOWNLOAD',
  'package.format': 'E-PACKAGE-DAMAGED',
  'package.truncated': 'E-PACKAGE-DAMAGED',
  'package.hash': 'E-PACKAGE-DAMAGED',
  'package.untrusted': 'E-PACKAGE-UNTRUSTED',
  'package.signature': 'E-PACKAGE-UNTRUSTED',
  'package.terminalType': 'E-PACKAGE-UNFIT',
  'package.notNewer': 'E-PACKAGE-UNFIT',
  'package.minimumVersion': 'E-PACKAGE-UNFIT',
  'package.content': 'E-PACKAGE-UNFIT',
  packageNotStored: 'E-STORAGE',
  packageSelfCheck: 'E-PACKAGE-FAILED',
  packageRolledBack: 'E-PACKAGE-FAILED',
  'refused.cardRefused': 'E-CARD-REFUSED',
  cardRefusedAfterApproval: 'E-CARD-REFUSED',
  cardDataLost: 'E-PAD-CHANGED',
  keyMissing: 'E-KEY-MISSING',
  keyCheckFailed: 'E-KEY-CHECK',
  keysMalformed: 'E-KEY-FORMAT',
  keyPackageUntrusted: 'E-KEY-UNTRUSTED',
  componentsDiffer: 'E-COMPONENTS',
  noConnection: 'E-NO-CONNECTION',
  connectingAgain: 'E-NO-CONNECTION',
  noReply: 'E-NO-REPLY',
  replyMacWrong: 'E-REPLY-MAC',
  duplicateUnclear: 'E-DUPLICATE',
  interrupted: 'E-INTERRUPTED',
  reversalDue: 'E-REVERSAL-DUE',
  'refused.reversalUndelivered': 'E-REVERSAL-DUE',
  reversalRefused: 'E-REVERSAL-FAILED',
  reversalExhausted: 'E-REVERSAL-FAILED',
  noticeQueued: 'E-NOTICE',
  'refused.noticesUndelivered': 'E-NOTICE',
  confirmOffline: 'E-OFFLINE',
  soldOffline: 'E-OFFLINE',
  offlineLimit: 'E-OFFLINE-LIMIT',
  offlineRefused: 'E-OFFLINE-LOSS',
  settlementInterrupted: 'E-SETTLEMENT',
  uploadRefused: 'E-UPLOAD-REFUSED',
  'refused.batchFull': 'E-BATCH-FULL',
  'refused.storageLow': 'E-STORAGE',
  notCommissionedYet: 'E-NOT-COMMISSIONED',
  'refused.notCommissioned': 'E-NOT-COMMISSIONED',
  'refused.notSignedIn': 'E-NOT-SIGNED-IN',
  'refused.passwordLocked': 'E-PASSWORD-LOCKED',
  'refused.notLoggedOn': 'E-LOG-ON',
  'refused.wrongPassword': 'E-LOG-ON',
  'refused.notAllowed': 'E-NOT-ALLOWED',
  'refused.samePerson': 'E-NOT-ALLOWED',
  'refused.notEnabled': 'E-NOT-ENABLED',
  'refused.notCapable': 'E-NOT-ENABLED',
  'refused.alreadyCommissioned': 'E-NOT-ENABLED',
  'refused.settlementUnfinished': 'E-SETTLEMENT',
  'refused.transactionNotFound': 'E-ORIGINAL',
  'refused.notVoidable': 'E-ORIGINAL',
  'refused.cardDiffers': 'E-ORIGINAL',
  'refused.noOpenOrder': 'E-ORIGINAL',
  'refused.nothingToPrint': 'E-ORIGINAL',
  tipTooLarge: 'E-TIP',
  'refused.tipTooLarge': 'E-TIP',
  'refused.notAdjustable': 'E-TIP',
  'refused.badValue': 'E-VALUE',
  'refused.cardExpired': 'E-CARD-EXPIRED',
  cardRemovedEarly: 'E-CARD-EARLY',
  balanceMissing: 'E-BALANCE',
  devicesMissing: 'E-DEVICES',
  signatureRefused: 'E-SIGNATURE',
  signaturesWaiting: 'E-SIGNATURE',
  noRateInForce: 'E-RATE',
  'refused.currencyNotTaken': 'E-CURRENCY',
  'refused.otherCurrency': 'E-BATCH-CURRENCY',
  orderUnclear: 'E-ORDER',
  orderRefused: 'E-ORDER',
  orderEnded: 'E-ORDER',
} as const satisfies { readonly [id: string]: string }

const DEVICE_KEYS: { readonly [device in Device]: readonly [missing: string, fault: string] } = {
  cardReader: ['E-READER-MISSING', 'E-READER-FAULT'],
  pinPad: ['E-PAD-MISSING', 'E-PAD-FAULT'],
  printer: ['E-PRINTER-MISSING', 'E-PRINTER-FAULT'],
}

/** Key of the article about `screen`; undefined for a message that needs none, or that shows a response code. */
export function messageKey({ id, values }: Screen): string | undefined {
  if (id === 'deviceMissing' || id === 'deviceFault') {
    const devices: { readonly [device: string]: readonly [string, string] } = DEVICE_KEYS
    return devices[String(values?.['device'])]?.[id === 'deviceMissing' ? 0 : 1]
  }
  const keys: { readonly [id: string]: string } = KEYS
  // The question repeats why the printer stands still.
  return keys[id === 'choosePrinterTrouble' ? `printer.${values?.['printer']}` : id]
}

/** Every key that a message can have, for whoever checks that each has an article. */
export const MESSAGE_KEYS: readonly string[] = [
  ...new Set([...Object.values(KEYS), ...Object.values(DEVICE_KEYS).flat()]),
]

/** Conditions of a device that works, or nearly: by the English words of its detail. */
const CONDITION_KEYS: readonly (readonly [words: string, key: string])[] = [
  ['cover open', 'E-COVER'],
  ['paper end', 'E-PAPER'],
  ['paper near end', 'E-PAPER-LOW'],
  ['cutter jammed', 'E-CUTTER'],
  ['print head hot', 'E-HEAD-HOT'],
  ['printer error', 'E-PRINTER-FAULT'],
  ['offline', 'E-PRINTER-OFFLINE'],
]

/** Key of the article about what a device reports of itself; undefined when all is well. */
export function conditionKey({ device, state, detail }: DeviceCondition): string | undefined {
  if (state === 'ready') return undefined
  const [missing, fault] = DEVICE_KEYS[device]
  if (state === 'missing') return missing
  return CONDITION_KEYS.find(([words]) => detail.includes(words))?.[1] ?? fault
}
