import type { RealTimeStatusKind } from './escpos.ts'

/** State that a printer tells in any of its status bytes. */
export interface PrinterStatus {
  readonly online: boolean
  readonly coverOpen: boolean
  readonly paperNearEnd: boolean
  readonly paperEnd: boolean
  readonly error: PrinterError | undefined
}

export type PrinterError = 'cutter' | 'unrecoverable' | 'recoverable' | 'autoRecoverable'

/** What one real-time reply says: the fields that the asked kind (DLE EOT n) carries. */
export type RealTimeStatus =
  | {
      readonly kind: 1
      readonly online: boolean
      readonly drawerPinHigh: boolean
      readonly waitingForRecovery: boolean
      readonly feedButton: boolean
    }
  | {
      readonly kind: 2
      readonly coverOpen: boolean
      readonly feedButton: boolean
      readonly stoppedByPaperEnd: boolean
      readonly error: boolean
    }
  | {
      readonly kind: 3
      readonly recoverable: boolean
      readonly cutter: boolean
      readonly unrecoverable: boolean
      readonly autoRecoverable: boolean
    }
  | { readonly kind: 4; readonly paperNearEnd: boolean; readonly paperEnd: boolean }

/** Both paper sensors are reported twice, in neighbouring bits; either bit counts. */
const NEAR_END = 0x0c
const END = 0x60

/** Whether `byte` has the fixed bits of a reply to DLE EOT: 0xx1xx10. */
export function isRealTimeStatus(byte: number): boolean {
  return (byte & 0x93) === 0x12
}

/** Whether `byte` can start an automatic status: 0xx1xx00. */
export function isAutomaticStatusStart(byte: number): boolean {
  return (byte & 0x93) === 0x10
}

/** Whether `byte` is 0xx0xxxx: a reply to GS r, or the second to fourth byte of an automatic status. */
export function isPlainStatus(byte: number): boolean {
  return (byte & 0x90) === 0
}

/** Reads a reply to DLE EOT `kind`; undefined when the fixed bits are wrong. Source: DLE EOT n. */
export function decodeRealTimeStatus(kind: RealTimeStatusKind, byte: number): RealTimeStatus | undefined {
  if (!isRealTimeStatus(byte)) return undefined
  const has = (mask: number): boolean => (byte & mask) !== 0
  switch (kind) {
    case 1:
      return {
        kind,
        online: !has(0x08),
        drawerPinHigh: has(0x04),
        waitingForRecovery: has(0x20),
        feedButton: has(0x40),
      }
    case 2:
      return {
        kind,
        coverOpen: has(0x04),
        feedButton: has(0x08),
        stoppedByPaperEnd: has(0x20),
        error: has(0x40),
      }
    case 3:
      return {
        kind,
        recoverable: has(0x04),
        cutter: has(0x08),
        unrecoverable: has(0x20),
        autoRecoverable: has(0x40),
      }
    case 4:
      return { kind, paperNearEnd: has(NEAR_END), paperEnd: has(END) }
  }
}

/** The reply of a printer in `status` to DLE EOT `kind`. */
export function encodeRealTimeStatus(kind: RealTimeStatusKind, status: PrinterStatus): number {
  const { error } = status
  switch (kind) {
    case 1:
      return 0x12 | (status.online ? 0 : 0x08)
    case 2:
      return (
        0x12 | (status.coverOpen ? 0x04 : 0) | (status.paperEnd ? 0x20 : 0) | (error === undefined ? 0 : 0x40)
      )
    case 3:
      return 0x12 | (error === undefined ? 0 : ERROR_BITS[error])
    case 4:
      return 0x12 | (status.paperNearEnd ? NEAR_END : 0) | (status.paperEnd ? END : 0)
  }
}

/** Bits of an error in DLE EOT 3 and in the second byte of the automatic status. */
const ERROR_BITS: { readonly [error in PrinterError]: number } = {
  recoverable: 0x04,
  cutter: 0x08,
  unrecoverable: 0x20,
  autoRecoverable: 0x40,
}

/** The gravest of the errors in `byte`. */
function errorOf(byte: number): PrinterError | undefined {
  const errors: readonly PrinterError[] = ['unrecoverable', 'cutter', 'recoverable', 'autoRecoverable']
  return errors.find((error) => (byte & ERROR_BITS[error]) !== 0)
}

/** State from the four replies to DLE EOT 1, 2, 3, 4 in this order; undefined when a fixed bit is wrong. */
export function statusOfRealTimeGroup(bytes: readonly number[]): PrinterStatus | undefined {
  const [printer, offline, error, paper] = bytes
  if (printer === undefined || offline === undefined || error === undefined || paper === undefined)
    return undefined
  if (!bytes.every(isRealTimeStatus)) return undefined
  return {
    online: (printer & 0x08) === 0,
    coverOpen: (offline & 0x04) !== 0,
    paperNearEnd: (paper & NEAR_END) !== 0,
    paperEnd: (offline & 0x20) !== 0 || (paper & END) !== 0,
    error: errorOf(error),
  }
}

/** Reads a reply to GS r 1; undefined when the fixed bits are wrong. Source: GS r n. */
export function decodePaperStatus(
  byte: number,
): { readonly paperNearEnd: boolean; readonly paperEnd: boolean } | undefined {
  if (!isPlainStatus(byte)) return undefined
  return { paperNearEnd: (byte & 0x03) !== 0, paperEnd: (byte & 0x0c) !== 0 }
}

/** The reply of a printer in `status` to GS r 1. */
export function encodePaperStatus(status: PrinterStatus): number {
  return (status.paperNearEnd ? 0x03 : 0) | (status.paperEnd ? 0x0c : 0)
}

/** Reads the four bytes of an automatic status; undefined when a fixed bit is wrong. Source: GS a n. */
export function decodeAutomaticStatus(bytes: Uint8Array): PrinterStatus | undefined {
  const [first, second, third, fourth] = bytes
  if (first === undefined || second === undefined || third === undefined || fourth === undefined)
    return undefined
  if (!isAutomaticStatusStart(first) || !isPlainStatus(second | third | fourth)) return undefined
  return {
    online: (first & 0x08) === 0,
    coverOpen: (first & 0x20) !== 0,
    paperNearEnd: (third & 0x03) !== 0,
    paperEnd: (third & 0x0c) !== 0,
    error: errorOf(second),
  }
}

/** The four bytes of the automatic status of a printer in `status`. */
export function encodeAutomaticStatus(status: PrinterStatus): Uint8Array {
  const first = 0x10 | (status.online ? 0 : 0x08) | (status.coverOpen ? 0x20 : 0)
  const second = status.error === undefined ? 0 : ERROR_BITS[status.error]
  return Uint8Array.of(first, second, encodePaperStatus(status), 0x0f)
}

/** One unit of what a printer sends. */
export type StatusReport =
  /** A reply to DLE EOT; the order of the requests tells which. */
  | { readonly kind: 'realTime'; readonly byte: number }
  /** A reply to GS r. */
  | { readonly kind: 'buffered'; readonly byte: number }
  | { readonly kind: 'automatic'; readonly status: PrinterStatus }

/**
 * Tells the three kinds of status bytes apart by their fixed bits, whatever the chunks. Bytes that fit no
 * kind are dropped, and so is an automatic status that another kind interrupts.
 */
export class StatusSplitter {
  #automatic: number[] = []

  push(bytes: Uint8Array): readonly StatusReport[] {
    const reports: StatusReport[] = []
    for (const byte of bytes) {
      const report = this.#take(byte)
      if (report !== undefined) reports.push(report)
    }
    return reports
  }

  /** Forgets the start of an automatic status. */
  reset(): void {
    this.#automatic = []
  }

  #take(byte: number): StatusReport | undefined {
    if (isAutomaticStatusStart(byte)) {
      this.#automatic = [byte]
      return undefined
    }
    if (isPlainStatus(byte)) {
      if (this.#automatic.length === 0) return { kind: 'buffered', byte }
      return this.#continue(byte)
    }
    this.#automatic = []
    return isRealTimeStatus(byte) ? { kind: 'realTime', byte } : undefined
  }

  #continue(byte: number): StatusReport | undefined {
    this.#automatic.push(byte)
    if (this.#automatic.length < 4) return undefined
    const status = decodeAutomaticStatus(Uint8Array.from(this.#automatic))
    this.#automatic = []
    return status === undefined ? undefined : { kind: 'automatic', status }
  }
}
