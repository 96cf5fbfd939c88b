import type { BackupNote, BatteryLevel } from '../../iso8583/subfields/status-items.ts'
import type { PrintDocument, PrintOutcome } from './print-document.ts'

export type Device = 'cardReader' | 'pinPad' | 'printer'

/** The device is not there, does not answer, or was pulled while it worked. `missing` names it. */
export interface DeviceMissing {
  readonly kind: 'missing'
  readonly device: Device
}

/** The device answered that it could not do what was asked. `reason` is for the operator, without data. */
export interface DeviceFault {
  readonly kind: 'fault'
  readonly device: Device
  readonly reason: string
}

export type DeviceTrouble = DeviceMissing | DeviceFault

/** Ends waiting for a card, a key or a removal from outside: the operator pressed cancel. */
export interface Cancelled {
  readonly kind: 'cancelled'
}
export interface TimedOut {
  readonly kind: 'timeout'
}

/** Everything that a flow may ask of the three peripherals. Answered by `drivers/` or by the simulator. */
export type PeripheralEffect =
  | AwaitCard
  | Transmit
  | { readonly kind: 'releaseCard' }
  | ReleaseTap
  | { readonly kind: 'awaitCardRemoval'; readonly timeoutMs: number }
  | { readonly kind: 'pinPad'; readonly command: PinPadCommand }
  | { readonly kind: 'print'; readonly document: PrintDocument }
  | { readonly kind: 'deviceReport' }

/** Waits for the first card that is offered in an accepted way. A chip is powered before the answer. */
export interface AwaitCard {
  readonly kind: 'awaitCard'
  readonly accept: CardWays
  readonly timeoutMs: number
}

export interface CardWays {
  readonly chip: boolean
  readonly stripe: boolean
  /** Left out: no. A reader without that side waits for the others. */
  readonly contactless?: boolean
}

/** The field goes off, and lights and beep tell how it went: read, or to be presented again or in another way. */
export interface ReleaseTap {
  readonly kind: 'releaseTap'
  readonly signal: 'read' | 'failed'
}

export type AwaitCardAnswer =
  | { readonly kind: 'chip'; readonly atr: Uint8Array }
  /** A chip card that gave no acceptable ATR, cold or warm: the stripe may be tried (fallback). */
  | { readonly kind: 'chipUnreadable' }
  /** Tracks without sentinels and LRC, `=` as the separator; undefined when a track was not readable. */
  | {
      readonly kind: 'stripe'
      readonly track1: string | undefined
      readonly track2: string | undefined
      readonly track3: string | undefined
    }
  | { readonly kind: 'stripeUnreadable' }
  /** A card in the field, activated. */
  | { readonly kind: 'contactless' }
  /** More than one card was in the field. */
  | { readonly kind: 'contactlessCollision' }
  /** Something that is no payment card, or a card that went at once. */
  | { readonly kind: 'contactlessUnreadable' }
  | Cancelled
  | TimedOut
  | DeviceTrouble

/** One APDU to the powered card. The transport hides 61xx and 6Cxx. */
export interface Transmit {
  readonly kind: 'transmit'
  readonly apdu: Uint8Array
}

export type TransmitAnswer =
  /** Response data followed by SW1 SW2: 2 bytes or more. */
  { readonly kind: 'response'; readonly bytes: Uint8Array } | { readonly kind: 'cardRemoved' } | DeviceTrouble

/** `gone`: no card is left in the slot. */
export type CardRemovalAnswer = { readonly kind: 'gone' } | Cancelled | TimedOut | DeviceTrouble

/** Message authentication algorithm, chosen by profile. Source: docs of the UnionPay dialect, 10.3. */
export type MacAlgorithm = 'unionpay-ecb' | 'x9.9' | 'x9.19' | 'aes-cmac' | 'sm4-ecb'

/** A working key as it came from the host: encrypted under the terminal master key, with its check value. */
export interface WrappedWorkingKey {
  readonly cryptogram: Uint8Array
  /** First bytes of the encryption of zeros; 3 or 4 bytes. */
  readonly checkValue: Uint8Array
}

export type WorkingKeySlot = 'pinKey' | 'macKey' | 'trackKey'

export type PinPadCommand =
  /** TR-31 key block of the TMK, under the pad's own key block protection key. */
  | { readonly op: 'loadMasterKey'; readonly keyBlock: string }
  | {
      readonly op: 'loadWorkingKeys'
      readonly algorithm: 'tdes' | 'sm4'
      readonly keys: { readonly [slot in WorkingKeySlot]?: WrappedWorkingKey }
    }
  | { readonly op: 'clearWorkingKeys' }
  /** Cardholder's PIN. The pad shows the amount, collects the digits and answers only the encrypted block. */
  | {
      readonly op: 'enterPin'
      /** Undefined when there is no card number: the PAN part is zeros (field 53 digit 1 = 1). */
      readonly pan: string | undefined
      /** Undefined for a balance enquiry. */
      readonly amountText: string | undefined
      readonly lengthMin: number
      readonly lengthMax: number
      readonly timeoutMs: number
    }
  | { readonly op: 'mac'; readonly algorithm: MacAlgorithm; readonly data: Uint8Array }
  /** Track digits without sentinels, separator `D`; the answer has the same number of digits. */
  | { readonly op: 'encryptTrack'; readonly digits: string }
  /** Encrypts data for the terminal's own journal under a key that never leaves the pad. */
  | { readonly op: 'protect'; readonly data: Uint8Array }
  | { readonly op: 'unprotect'; readonly ciphertext: Uint8Array }
  | { readonly op: 'show'; readonly lines: readonly string[] }
  /** Certificate `index` of the pad's chain, its own first. Empty behind the last one. */
  | { readonly op: 'readCertificate'; readonly index: number }
  /** Begins a key loading from afar. `context`: 32 bytes of what the request belongs to. */
  | { readonly op: 'requestKey'; readonly context: Uint8Array }
  /** The host's answer to the last request. */
  | { readonly op: 'loadKeyPackage'; readonly keyPackage: Uint8Array }
  /** One of the three components of a master key, by the keys of the pad. */
  | {
      readonly op: 'enterComponent'
      readonly index: number
      readonly algorithm: 'tdes' | 'sm4'
      readonly timeoutMs: number
    }
  /** Makes the master key of the components, if its check value (3 or 4 bytes) is this one. */
  | { readonly op: 'joinComponents'; readonly algorithm: 'tdes' | 'sm4'; readonly checkValue: Uint8Array }

export type PinPadAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'masterKeyLoaded'; readonly checkValue: Uint8Array }
  | { readonly kind: 'checkValueWrong'; readonly slot: WorkingKeySlot | 'masterKey' }
  | { readonly kind: 'keyMissing'; readonly slot: WorkingKeySlot | 'masterKey' }
  | { readonly kind: 'pinEntered'; readonly pinBlock: Uint8Array }
  | { readonly kind: 'pinBypassed' }
  | { readonly kind: 'mac'; readonly mac: Uint8Array }
  | { readonly kind: 'track'; readonly digits: string }
  | { readonly kind: 'data'; readonly data: Uint8Array }
  /** 16 bytes that the pad drew, and its signature over them, its serial number and the context. */
  | { readonly kind: 'keyRequest'; readonly nonce: Uint8Array; readonly signature: Uint8Array }
  | { readonly kind: 'componentEntered'; readonly checkValue: Uint8Array }
  /** A key package of a sender that the pad does not trust, or for another request. */
  | { readonly kind: 'untrusted' }
  | Cancelled
  | TimedOut
  | DeviceTrouble

export type DeviceCondition =
  | {
      readonly device: Device
      readonly state: 'ready' | 'degraded'
      readonly identity: string
      readonly detail: string
    }
  | { readonly device: Device; readonly state: 'missing'; readonly detail: string }

export interface DeviceReportAnswer {
  readonly kind: 'devices'
  readonly devices: readonly DeviceCondition[]
  /** Of a terminal that has one. */
  readonly battery?: BatteryLevel | undefined
  /** Of a terminal whose records somebody backs up. */
  readonly backups?: readonly BackupNote[] | undefined
}

/** The answer that each effect gets, by its `kind`. */
export interface PeripheralAnswers {
  readonly awaitCard: AwaitCardAnswer
  readonly transmit: TransmitAnswer
  readonly releaseCard: { readonly kind: 'done' } | DeviceTrouble
  readonly releaseTap: { readonly kind: 'done' } | DeviceTrouble
  readonly awaitCardRemoval: CardRemovalAnswer
  readonly pinPad: PinPadAnswer
  readonly print: PrintOutcome
  readonly deviceReport: DeviceReportAnswer
}
