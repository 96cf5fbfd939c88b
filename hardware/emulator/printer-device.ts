import type { ByteStream, CancelTimer, Clock } from '../../src/base/ports.ts'
import {
  encodeAutomaticStatus,
  encodePaperStatus,
  encodeRealTimeStatus,
  type PrinterStatus,
} from '../protocol/printer-status.ts'
import { EscposInterpreter } from './escpos-interpreter.ts'
import { type EscposToken, EscposTokeniser } from './escpos-tokeniser.ts'
import type { Paper, PaperPiece, PaperRow } from './paper.ts'
import { PaperRoll } from './paper-roll.ts'
import { type RealTimeCommand, RealTimeMatcher } from './real-time-matcher.ts'
import { ReceiveBuffer } from './receive-buffer.ts'

export interface PrinterDeviceOptions {
  readonly clock: Clock
  /** Printed area in dots, a multiple of 8; 384 (58 mm paper) by default. */
  readonly widthDots?: number
  /** Time to print one row of dots, in ms; 0 by default, 1.25 on a printer of 100 mm/s. */
  readonly dotRowMs?: number
}

export type PaperState = 'ok' | 'nearEnd' | 'end'

const WIDTH_DOTS = 384

/** A thermal receipt printer with ESC/POS, GB18030 and a cutter. */
export class PrinterDevice {
  readonly #clock: Clock
  readonly #dotRowMs: number
  readonly #roll: PaperRoll
  readonly #buffer = new ReceiveBuffer()
  readonly #matcher = new RealTimeMatcher()
  readonly #tokeniser = new EscposTokeniser()
  readonly #interpreter: EscposInterpreter
  readonly #printedListeners: ((piece: PaperPiece) => void)[] = []
  readonly #changeListeners: (() => void)[] = []
  #stream: ByteStream | undefined
  /** Units that were cut from the input and wait for paper or time. */
  #waiting: EscposToken[] = []
  #paperState: PaperState = 'ok'
  #isCoverOpen = false
  #isSwitchedOnline = true
  #linesLeft: number | undefined
  #automaticGroups = 0
  #reported = ''
  #busyUntilMs = 0
  /** Bytes for the terminal while a chunk of input is obeyed. */
  #answers: number[] | undefined
  #cancelTimer: CancelTimer | undefined

  constructor({ clock, widthDots = WIDTH_DOTS, dotRowMs = 0 }: PrinterDeviceOptions) {
    this.#clock = clock
    this.#dotRowMs = dotRowMs
    this.#roll = new PaperRoll(widthDots)
    this.#interpreter = new EscposInterpreter(widthDots, {
      print: (row) => this.#print(row),
      cut: () => this.#takeOff(),
      answerStatus: (kind) => this.#sendByte(kind === 1 ? encodePaperStatus(this.status) : 0),
      setAutomaticStatus: (groups) => this.#setAutomaticStatus(groups),
    })
  }

  /** All that is on paper since start, in pieces. */
  get paper(): Paper {
    return this.#roll
  }

  get status(): PrinterStatus {
    return {
      online: this.#isSwitchedOnline && !this.#isCoverOpen && this.#paperState !== 'end',
      coverOpen: this.#isCoverOpen,
      paperNearEnd: this.#paperState !== 'ok',
      paperEnd: this.#paperState === 'end',
      error: undefined,
    }
  }

  /** Plugged in. */
  attach(stream: ByteStream): void {
    this.detach()
    this.#stream = stream
    stream.listen({
      received: (bytes) => {
        if (this.#stream === stream) this.#received(bytes)
      },
      ended: () => {
        if (this.#stream === stream) this.detach()
      },
    })
    this.#changed()
  }

  /** Pulled out: what was not printed is lost; the paper stays. */
  detach(): void {
    if (this.#stream === undefined) return
    this.#stream = undefined
    this.#automaticGroups = 0
    this.#clearBuffers()
    this.#interpreter.reset()
    this.#changed()
  }

  /** New paper after the end: what hung from the printer is torn off. */
  setPaper(state: PaperState): void {
    if (this.#paperState === 'end' && state !== 'end') this.#takeOff()
    this.#linesLeft = undefined
    this.#paperState = state
    this.#changed()
    this.#work()
  }

  setCover(state: 'closed' | 'open'): void {
    this.#isCoverOpen = state === 'open'
    this.#changed()
    this.#work()
  }

  setOnline(isOnline: boolean): void {
    this.#isSwitchedOnline = isOnline
    this.#changed()
    this.#work()
  }

  /** Paper runs out after so many more printed lines; an image is one. */
  endPaperAfter(lines: number): void {
    this.#linesLeft = lines
    if (lines <= 0) this.#endPaper()
  }

  /** Calls `listener` with each piece that was cut or torn off. */
  onPrinted(listener: (piece: PaperPiece) => void): void {
    this.#printedListeners.push(listener)
  }

  /** Calls `listener` when a sensor, the switch or the plug changed. */
  onChange(listener: () => void): void {
    this.#changeListeners.push(listener)
  }

  /** The chunks of the line make no difference, but that answers to one of them leave together. */
  #received(bytes: Uint8Array): void {
    this.#answers = []
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] as number
      const command = this.#matcher.push(byte)
      if (command === undefined) this.#buffer.push(byte)
      else {
        this.#work()
        this.#obeyAtOnce(command, byte)
      }
    }
    this.#work()
    const answers = this.#answers
    this.#answers = undefined
    if (answers.length > 0) this.#send(Uint8Array.from(answers))
  }

  /** `byte` ends the command. What waits behind a stop must not fill up with questions that are answered. */
  #obeyAtOnce(command: RealTimeCommand, byte: number): void {
    if (command.kind === 'clear') {
      this.#clearBuffers()
      return
    }
    if (!this.#buffer.takeBack(2)) this.#buffer.push(byte)
    this.#sendByte(encodeRealTimeStatus(command.status, this.status))
  }

  /** Obeys what has come, as far as paper, cover, switch and time allow. */
  #work(): void {
    while (!this.#isStopped()) {
      const token = this.#waiting.shift() ?? this.#next()
      if (token === undefined) return
      if (this.#paperState === 'end' && this.#interpreter.needsPaper(token)) {
        this.#waiting.unshift(token)
        return
      }
      this.#interpreter.execute(token)
    }
  }

  /** Cuts the next unit from the input; undefined while none is whole. A byte may complete two. */
  #next(): EscposToken | undefined {
    for (let byte = this.#buffer.take(); byte !== undefined; byte = this.#buffer.take()) {
      const tokens = this.#tokeniser.push(byte)
      if (tokens.length > 1) this.#waiting.push(...tokens.slice(1))
      if (tokens.length > 0) return tokens[0]
    }
    return undefined
  }

  #isStopped(): boolean {
    if (this.#isCoverOpen || !this.#isSwitchedOnline) return true
    if (this.#busyUntilMs === 0 || this.#busyUntilMs <= this.#clock.nowMs()) return false
    this.#cancelTimer ??= this.#clock.schedule(this.#busyUntilMs, () => {
      this.#cancelTimer = undefined
      this.#work()
    })
    return true
  }

  #print(row: PaperRow): void {
    this.#roll.add(row)
    if (this.#dotRowMs > 0) {
      this.#busyUntilMs = Math.max(this.#busyUntilMs, this.#clock.nowMs()) + row.heightDots * this.#dotRowMs
    }
    if (this.#linesLeft === undefined) return
    this.#linesLeft--
    if (this.#linesLeft <= 0) this.#endPaper()
  }

  #endPaper(): void {
    this.#linesLeft = undefined
    this.#paperState = 'end'
    this.#changed()
  }

  #takeOff(): void {
    const piece = this.#roll.cut()
    if (piece === undefined) return
    for (const listener of this.#printedListeners) listener(piece)
  }

  #clearBuffers(): void {
    this.#buffer.clear()
    this.#matcher.reset()
    this.#tokeniser.reset()
    this.#waiting = []
    this.#interpreter.clearLine()
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  #setAutomaticStatus(groups: number): void {
    this.#automaticGroups = groups
    if (groups !== 0) this.#reportStatus()
  }

  #reportStatus(): void {
    const bytes = encodeAutomaticStatus(this.status)
    this.#reported = bytes.join()
    this.#send(bytes)
  }

  #changed(): void {
    const isNews = encodeAutomaticStatus(this.status).join() !== this.#reported
    if (this.#automaticGroups !== 0 && isNews) this.#reportStatus()
    for (const listener of this.#changeListeners) listener()
  }

  #send(bytes: Uint8Array): void {
    if (this.#answers === undefined) this.#stream?.write(bytes)
    else this.#answers.push(...bytes)
  }

  #sendByte(byte: number): void {
    if (this.#answers === undefined) this.#stream?.write(Uint8Array.of(byte))
    else this.#answers.push(byte)
  }
}
