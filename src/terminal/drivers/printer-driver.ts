import {
  automaticStatus,
  cut,
  feedLines,
  initialise,
  kanjiMode,
  recover,
} from '../../../hardware/protocol/escpos.ts'
import {
  type PrinterStatus,
  type StatusReport,
  StatusSplitter,
} from '../../../hardware/protocol/printer-status.ts'
import { concatBytes } from '../../base/bytes.ts'
import { invariant } from '../../base/invariant.ts'
import type { ByteStream, CancelTimer, Clock } from '../../base/ports.ts'
import type { DeviceCondition } from '../flows/peripheral-effect.ts'
import type { PrintDocument, PrintOutcome } from '../flows/print-document.ts'
import { PrintJob } from './print-job.ts'
import { layOut } from './print-layout.ts'
import { createTextMeasure, type TextMeasure } from './print-text.ts'
import { conditionOf, missingPrinter, type PrintStop, stopOf } from './printer-condition.ts'
import { StatusInquiry } from './status-inquiry.ts'

/** A printer's line; status comes in multiples of four bytes. */
export interface PrinterStream extends ByteStream {
  /** Forgets a half group of status bytes. */
  resynchronise(): void
}

export interface PrinterDriverOptions {
  readonly clock: Clock
  /** GB18030. */
  readonly encodeText: (text: string) => Uint8Array
  /** Characters of font A on one line; 32 by default. */
  readonly columns?: number
  /** Time between two questions to an idle printer; 2000 by default. */
  readonly heartbeatMs?: number
  /** Silence that counts as none there, besides the time that the line needs; 1500 by default. */
  readonly statusTimeoutMs?: number
  /** Speed of the line, for the time that long data need; 115200 by default. */
  readonly baudRate?: number
}

const COLUMNS = 32
const HEARTBEAT_MS = 2000
const STATUS_TIMEOUT_MS = 1500
const BAUD_RATE = 115_200
/** Start bit, eight data bits, stop bit. */
const BITS_PER_BYTE = 10
/** Online, error and paper; the drawer is not ours. */
const STATUS_GROUPS = 0x0e
/** Times that a ready printer may let a whole timeout pass without printing anything. */
const STALLS_MAX = 4
/** Puts the rest of a broken receipt above the cutter. */
const TORN_FEED_LINES = 3

/** Discards what the printer still holds of an earlier document, at once. */
const CLEAR = recover(2)
/** Known settings. The automatic status answers now and at each change. */
const SETTINGS = concatBytes([initialise(), kanjiMode(true), automaticStatus(STATUS_GROUPS)])
/** Asks, behind all that was sent, for a status that no progress mark can be taken for. */
const RECOUNT = automaticStatus(STATUS_GROUPS)
const TORN_CUT = concatBytes([feedLines(TORN_FEED_LINES), cut('partial', 0)])

/** An open print, from the question whether the printer can print to the outcome. */
interface OpenPrint {
  readonly job: PrintJob
  hasStarted: boolean
  /** The settings answer with an automatic status: has it come? */
  settingsAnswered: boolean
  /** Steps that had been sent before each recount that is not answered yet. */
  readonly recounts: number[]
  stalls: number
  /** Stop that was reported once; a second report of the same ends the print. */
  suspected: PrintStop | undefined
}

/** Prints documents, one at a time, and knows what is on paper. */
export class PrinterDriver {
  readonly #clock: Clock
  readonly #measure: TextMeasure
  readonly #columns: number
  readonly #heartbeatMs: number
  readonly #statusTimeoutMs: number
  readonly #bytesPerMs: number
  readonly #splitter = new StatusSplitter()
  readonly #inquiry: StatusInquiry
  readonly #listeners: (() => void)[] = []
  #stream: PrinterStream | undefined
  #condition: DeviceCondition = missingPrinter('未连接 not connected')
  /** Undefined while the printer has not answered since it was attached or lost. */
  #status: PrinterStatus | undefined
  /** The first question since `attach` is open. */
  #isProbing = false
  #print: OpenPrint | undefined
  /** A document ended half printed: its rest hangs from the printer. */
  #hasTorn = false
  #isPumping = false
  #cancelTimer: CancelTimer = () => {}

  constructor(options: PrinterDriverOptions) {
    this.#clock = options.clock
    this.#measure = createTextMeasure(options.encodeText)
    this.#columns = options.columns ?? COLUMNS
    this.#heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS
    this.#statusTimeoutMs = options.statusTimeoutMs ?? STATUS_TIMEOUT_MS
    this.#bytesPerMs = (options.baudRate ?? BAUD_RATE) / BITS_PER_BYTE / 1000
    this.#inquiry = new StatusInquiry({
      clock: options.clock,
      write: (bytes) => this.#stream?.write(bytes),
      timeoutMs: () => this.#timeoutMs(),
      resynchronise: () => this.#resynchronise(),
      answered: (status) => this.#answered(status),
      silent: () => this.#silent(),
    })
  }

  get condition(): DeviceCondition {
    return this.#condition
  }

  /** Calls `listener` after each change of `condition`. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** The line is open: clears the printer, sets it up and asks for its state. An earlier line is closed first. */
  attach(stream: PrinterStream): void {
    this.close()
    this.#stream = stream
    this.#isProbing = true
    stream.listen({
      received: (bytes) => {
        if (this.#stream === stream) this.#received(bytes)
      },
      ended: () => {
        if (this.#stream === stream) this.detach()
      },
    })
    stream.write(concatBytes([CLEAR, SETTINGS]))
    this.#inquiry.ask()
  }

  /** Line lost or never opened: an open print ends at once as `missing`. */
  detach(): void {
    this.#stream = undefined
    this.#isProbing = false
    this.#lose('未连接 not connected')
    this.#cancelTimer()
  }

  /** Prints `document`; `done` is called exactly once, perhaps at once. One at a time. */
  print(document: PrintDocument, done: (outcome: PrintOutcome) => void): void {
    invariant(this.#print === undefined, 'the printer prints another document')
    if (this.#stream === undefined || (this.#status === undefined && !this.#isProbing)) {
      done({ kind: 'notPrinted', cause: 'missing', linesPrinted: 0 })
      return
    }
    const steps = layOut(document, { measure: this.#measure, columns: this.#columns })
    this.#print = {
      job: new PrintJob(steps, done),
      hasStarted: false,
      settingsAnswered: false,
      recounts: [],
      stalls: 0,
      suspected: undefined,
    }
    this.#cancelTimer()
    this.#inquiry.ask()
  }

  /** Ends an open print as `missing` and closes the line. */
  close(): void {
    const stream = this.#stream
    this.detach()
    stream?.close()
  }

  #received(bytes: Uint8Array): void {
    for (const report of this.#splitter.push(bytes)) this.#take(report)
  }

  #take(report: StatusReport): void {
    switch (report.kind) {
      case 'realTime':
        this.#inquiry.take(report.byte)
        return
      case 'buffered':
        this.#takeMarkerByte()
        return
      case 'automatic':
        this.#takeAutomatic(report.status)
        return
    }
  }

  #takeMarkerByte(): void {
    const print = this.#print
    if (print === undefined || !print.hasStarted || !print.job.takeMarkerByte()) return
    print.stalls = 0
    this.#pump(print)
  }

  /** Unasked on a change, else the answer to the settings or to a recount. */
  #takeAutomatic(status: PrinterStatus): void {
    const isChange = this.#status === undefined || !sameStatus(this.#status, status)
    if (this.#status !== undefined) this.#setStatus(status)
    const print = this.#print
    if (print === undefined || !print.hasStarted) return
    const stop = stopOf(status)
    if (stop !== undefined) {
      print.suspected = stop
      this.#inquiry.ask()
    } else if (!isChange) this.#takeRecount(print)
  }

  #takeRecount(print: OpenPrint): void {
    if (!print.settingsAnswered) {
      print.settingsAnswered = true
      return
    }
    const sentCount = print.recounts.shift()
    if (sentCount === undefined) return
    if (!print.job.hasPrinted(sentCount)) {
      // The line lost a mark, or what stands before it: only another slip, marked as a duplicate, is sure to be whole.
      this.#fail(print, 'fault')
      return
    }
    print.stalls = 0
    this.#pump(print)
  }

  #answered(status: PrinterStatus): void {
    const isBack = this.#status === undefined && !this.#isProbing
    this.#isProbing = false
    if (isBack) this.#stream?.write(concatBytes([CLEAR, SETTINGS]))
    this.#setStatus(status)
    const print = this.#print
    if (print === undefined) this.#armHeartbeat()
    else this.#proceed(print, stopOf(status))
  }

  /** A stop must be reported twice, so that one byte of noise ends nothing. */
  #proceed(print: OpenPrint, stop: PrintStop | undefined): void {
    if (stop !== undefined) {
      if (print.suspected === stop) {
        this.#fail(print, stop)
        return
      }
      print.suspected = stop
      this.#inquiry.ask()
      return
    }
    print.suspected = undefined
    if (!print.hasStarted) this.#start(print)
    else if (print.stalls >= STALLS_MAX) this.#fail(print, 'fault')
    else this.#pump(print)
  }

  #start(print: OpenPrint): void {
    print.hasStarted = true
    this.#stream?.write(this.#hasTorn ? concatBytes([SETTINGS, TORN_CUT]) : SETTINGS)
    this.#hasTorn = false
    this.#pump(print)
  }

  /** Sends what may be under way. A stream in memory may answer inside `write`. */
  #pump(print: OpenPrint): void {
    if (this.#isPumping) return
    this.#isPumping = true
    for (let bytes = print.job.next(); bytes !== undefined && this.#print === print; ) {
      this.#stream?.write(bytes)
      bytes = print.job.next()
    }
    this.#isPumping = false
    if (this.#print !== print) return
    if (print.job.isComplete) {
      this.#finish(print, { kind: 'printed', paperNearEnd: this.#status?.paperNearEnd ?? false })
      return
    }
    this.#arm(this.#timeoutMs(), () => this.#stalled(print))
  }

  /** Marks are late: the printer is busy, stopped or gone, or noise ate a mark. */
  #stalled(print: OpenPrint): void {
    print.stalls++
    print.recounts.push(print.job.sentCount)
    this.#resynchronise()
    this.#stream?.write(RECOUNT)
    if (this.#print === print) this.#inquiry.ask()
  }

  #fail(print: OpenPrint, cause: PrintStop): void {
    if (print.hasStarted) {
      this.#hasTorn = true
      this.#stream?.write(CLEAR)
    }
    this.#finish(print, { kind: 'notPrinted', cause, linesPrinted: print.job.linesPrinted })
  }

  #finish(print: OpenPrint, outcome: PrintOutcome): void {
    this.#print = undefined
    this.#armHeartbeat()
    print.job.done(outcome)
  }

  #silent(): void {
    this.#isProbing = false
    this.#lose('打印机没有应答 printer does not answer: check power and cable')
  }

  /** The printer does not answer; the heartbeat goes on while the line is open. */
  #lose(detail: string): void {
    this.#inquiry.cancel()
    this.#splitter.reset()
    this.#status = undefined
    const print = this.#print
    this.#print = undefined
    if (print?.hasStarted === true) this.#hasTorn = true
    this.#setCondition(missingPrinter(detail))
    if (this.#stream !== undefined) this.#armHeartbeat()
    print?.job.done({ kind: 'notPrinted', cause: 'missing', linesPrinted: print.job.linesPrinted })
  }

  #armHeartbeat(): void {
    this.#arm(this.#heartbeatMs, () => {
      if (this.#status === undefined) this.#resynchronise()
      this.#inquiry.ask()
    })
  }

  #arm(delayMs: number, fire: () => void): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#clock.schedule(this.#clock.nowMs() + delayMs, fire)
  }

  /** All that was sent must pass the line before an answer can come. */
  #timeoutMs(): number {
    return this.#statusTimeoutMs + (this.#print?.job.bytesAhead ?? 0) / this.#bytesPerMs
  }

  #resynchronise(): void {
    this.#stream?.resynchronise()
    this.#splitter.reset()
  }

  #setStatus(status: PrinterStatus): void {
    this.#status = status
    this.#setCondition(conditionOf(status))
  }

  #setCondition(condition: DeviceCondition): void {
    const before = this.#condition
    this.#condition = condition
    if (before.state === condition.state && before.detail === condition.detail) return
    for (const listener of this.#listeners) listener()
  }
}

function sameStatus(left: PrinterStatus, right: PrinterStatus): boolean {
  return (
    left.online === right.online &&
    left.coverOpen === right.coverOpen &&
    left.paperNearEnd === right.paperNearEnd &&
    left.paperEnd === right.paperEnd &&
    left.error === right.error
  )
}
