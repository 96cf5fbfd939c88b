import type { TerminalObserver } from './sim-terminal.ts'
import type { WorldWatch } from './world-watch.ts'

/** What a terminal tells, told to `watch` under its name. */
export function observerOf(watch: WorldWatch, name: string): TerminalObserver {
  return {
    durable: (records) => watch.durable(name, records),
    shown: (screen) => watch.shown(name, screen),
    printed: (piece) => watch.printed(name, piece),
    struck: (fault) => watch.struck(name, fault),
    cardCommand: (apdu) => watch.cardCommand(name, apdu),
    damageBelieved: (what) => watch.damageBelieved(name, what),
    tell: (text) => watch.tell(name, text),
    bug: (error) => watch.bug(name, error),
  }
}
