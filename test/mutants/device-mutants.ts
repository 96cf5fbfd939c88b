import type { Mutant } from './mutant.ts'

/** Ways to break drivers, devices and the line between them, and the disk of the simulated terminal. */
export const DEVICE_MUTANTS: readonly Mutant[] = [
  {
    name: 'command-run-twice',
    breaks: 'a device runs a command again when the line repeats it',
    harm: 'the card is asked twice for its cryptogram: the payment fails, the customer tries again',
    edits: [
      {
        file: 'hardware/emulator/device-session.ts',
        find: `    return last?.sequence === sequence && last.command === command && equalBytes(last.payload, payload)
`,
        replace: `    return last?.sequence === sequence && last.command !== command && equalBytes(last.payload, payload)
`,
      },
    ],
  },
  {
    name: 'crc-unchecked',
    breaks: 'damaged frames of the peripheral link are believed',
    harm: 'a damaged PIN block, track or cryptogram goes to the host',
    edits: [
      {
        file: 'hardware/protocol/link-frame.ts',
        find: `    if (crc16(pending.subarray(1, crcAt)) !== crc) {`,
        replace: `    if (crc16(pending.subarray(1, crcAt)) !== crc && crc < 0) {`,
      },
    ],
  },
  {
    name: 'paper-end-ignored',
    breaks: 'a slip counts as printed when the paper ended in the middle of it',
    harm: 'the customer has half a receipt and the shop none',
    edits: [
      {
        file: 'src/terminal/drivers/printer-driver.ts',
        find: `    this.#finish(print, { kind: 'notPrinted', cause, linesPrinted: print.job.linesPrinted })
`,
        replace: `    this.#finish(
      print,
      cause === 'paperEnd'
        ? { kind: 'printed', paperNearEnd: true }
        : { kind: 'notPrinted', cause, linesPrinted: print.job.linesPrinted },
    )
`,
      },
    ],
  },
  {
    name: 'lost-print-believed',
    breaks: 'what was sent to the printer counts as printed though its marks never came back',
    harm: 'a line that loses bytes eats receipts, and nobody is told',
    edits: [
      {
        file: 'src/terminal/drivers/printer-driver.ts',
        find: `    if (!print.job.hasPrinted(sentCount)) {`,
        replace: `    while (!print.job.hasPrinted(sentCount)) print.job.takeMarkerByte()
    if (!print.job.hasPrinted(sentCount)) {`,
      },
    ],
  },
  {
    name: 'journal-tail-kept',
    breaks: 'a torn record at the end of the journal is not cut off at the next start',
    harm: 'what is written behind it can not be read any more: the day is lost',
    edits: [
      {
        file: 'sim/world/sim-terminal.ts',
        find: `    if (reading.wholeSize < this.file.size) this.file.truncate(reading.wholeSize)
`,
        replace: ``,
      },
    ],
  },
  {
    name: 'timer-left',
    breaks: 'the heartbeat of a peripheral goes on after its line is gone',
    harm: 'the program never ends, and each pulled cable costs a little more',
    edits: [
      {
        file: 'src/terminal/drivers/link-device.ts',
        find: `    this.#lose(reason)
    this.#stopHeartbeat()
`,
        replace: `    this.#lose(reason)
    this.#scheduleHeartbeat()
`,
      },
      {
        file: 'src/terminal/drivers/link-device.ts',
        find: `    if (!line.isAttached) return
    this.#cancelHeartbeat = clock.schedule(clock.nowMs() + HEARTBEAT_MS, () => {
      this.#cancelHeartbeat = undefined
      if (this.#current !== undefined || !line.isAttached) return
`,
        replace: `    this.#cancelHeartbeat = clock.schedule(clock.nowMs() + HEARTBEAT_MS, () => {
      this.#cancelHeartbeat = undefined
      if (!line.isAttached) this.#scheduleHeartbeat()
      if (this.#current !== undefined || !line.isAttached) return
`,
      },
    ],
  },
]
