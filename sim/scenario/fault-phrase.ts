import { err, ok, type Result } from '../../src/base/result.ts'
import {
  FAULT_KINDS,
  FAULT_NAMES,
  type Fault,
  type FaultKind,
  type FaultKindInfo,
  type SimDevice,
} from '../plan/fault-kinds.ts'
import { DEED_NAMES } from './deeds.ts'
import { parseDuration } from './duration.ts'

/** A fault as a scenario names it: `lose reply to sale 2`, `unplug printer at byte 40 for 3 s`. */
export interface FaultPhrase {
  readonly fault: Fault
  /** The step that it strikes in, when the phrase names one: `sale 2`. */
  readonly step: string | undefined
}

/** Where the words of the kind itself are no English. */
const SPOKEN: { readonly [kind in FaultKind]?: string } = {
  cutPowerAtTime: 'cut power',
  terminalDiskFull: 'fill terminal disk',
  hostDiskFull: 'fill host disk',
  storageLow: 'little storage',
  terminalClockJump: 'jump terminal clock',
  hostClockJump: 'jump host clock',
  noise: 'noise from',
  crcToDevice: 'damage frame to',
  crcFromDevice: 'damage frame from',
  loseToDevice: 'lose frame to',
  loseFromDevice: 'lose frame from',
  splitSerial: 'split frame from',
  stuckDevice: 'hang',
  deviceReset: 'restart',
  paperOut: 'paper out',
  coverOpen: 'open cover',
  cardPulled: 'pull card',
  cardDirty: 'dirty chip',
  cardAbsent: 'no card',
  stripeOfChip: 'swipe chip card',
  tapTooShort: 'tap too short',
  twoCards: 'two cards',
  pinCancelled: 'cancel pin',
  pinTimeout: 'no pin',
  pinWrong: 'wrong pin',
  pinBypassed: 'bypass pin',
  cancelKey: 'press cancel',
  questionCancelled: 'cancel question',
  questionTimeout: 'no answer',
}

/** Words that only make a phrase readable. */
const FILLERS: ReadonlySet<string> = new Set(['the', 'a', 'an', 'journal'])
const DEVICES: Readonly<Record<string, SimDevice>> = {
  reader: 'reader',
  'card reader': 'reader',
  pad: 'pinPad',
  'pin pad': 'pinPad',
  printer: 'printer',
}

/** The longest first: `cut power after append` before any shorter beginning of it. */
const PHRASES = FAULT_NAMES.map((kind) => ({ kind, words: faultWords(kind) })).sort(
  (left, right) => right.words.length - left.words.length,
)

const MOMENTS = 'byte|frame|apdu|effect|append|request|reply|question|dial|commit|line'
const STEPS = [...DEED_NAMES].sort((left, right) => right.length - left.length).join('|')
/** What may stand behind the name, in any order, each once. */
const PARTS = {
  device: /^(card reader|reader|pin pad|pad|printer)(?= |$)/,
  time: /^(?:for|by|after) (\d+(?:\.\d+)? ?(?:ms|s|min|h))(?= |$)/,
  nth: new RegExp(`^(?:(?:at|before|after|in) )?(?:(?:${MOMENTS}) )?(\\d+)(?= |$)`),
  step: new RegExp(`^(?:to|of|in|during|at|from) ((?:${STEPS})(?: \\d+)?)(?= |$)`),
  variant: /^variant (\d{1,3})(?= |$)/,
} as const

type PartName = keyof typeof PARTS
type Parts = { [name in PartName]?: string }

/** What a kind of fault is called in a scenario: `cut power after append`. */
export function faultWords(kind: FaultKind): string {
  return SPOKEN[kind] ?? kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

/** Reads one phrase. The error says what is wrong and what could stand there. */
export function parseFaultPhrase(text: string): Result<FaultPhrase, string> {
  const words = plainWords(text)
  const named = PHRASES.find((each) => words === each.words || words.startsWith(`${each.words} `))
  if (named === undefined) return err(`"${text}" names no fault: "tillwire scenario words faults" lists them`)
  const parts = partsOf(words.slice(named.words.length).trim())
  if (typeof parts === 'string')
    return err(`"${text}": "${parts}" is not understood; write like "${example(named.kind)}"`)
  const wrong = misfit(named.kind, parts)
  if (wrong !== undefined) return err(`"${text}" ${wrong}, like "${example(named.kind)}"`)
  const info: FaultKindInfo = FAULT_KINDS[named.kind]
  const device = DEVICES[parts.device ?? ''] ?? info.device?.[0]
  return ok({
    step: parts.step,
    fault: {
      kind: named.kind,
      nth: Number(parts.nth ?? 1),
      ms: parts.time === undefined ? usualMs(info) : (parseDuration(parts.time) ?? 0),
      part: Number(parts.variant ?? 500),
      ...(device === undefined ? {} : { device }),
    },
  })
}

/** A phrase of the kind with all that it can say. */
export function example(kind: FaultKind): string {
  const { device, ms, hook }: FaultKindInfo = FAULT_KINDS[kind]
  return [
    faultWords(kind),
    ...(device !== undefined && device.length > 1 ? [device.includes('printer') ? 'printer' : 'reader'] : []),
    ...(hook === 'step' ? (kind === 'paperOut' ? ['at line 6'] : []) : [momentOf(kind)]),
    ...(ms === undefined || ms[1] === 0 ? [] : [kind === 'cutPowerAtTime' ? 'after 2 s' : 'for 2 s']),
    'in sale 1',
  ].join(' ')
}

function momentOf(kind: FaultKind): string {
  const { hook } = FAULT_KINDS[kind]
  const words: Readonly<Record<string, string>> = {
    serialByte: 'at byte',
    toDevice: 'at frame',
    fromDevice: 'at frame',
    apdu: 'at apdu',
    question: 'at question',
    effect: faultWords(kind).endsWith('effect') ? '' : 'at effect',
  }
  return `${words[hook] ?? ''} 2`.trim()
}

function partsOf(words: string): Parts | string {
  const parts: Parts = {}
  let rest = words
  while (rest !== '') {
    const found = (Object.keys(PARTS) as PartName[])
      .filter((name) => parts[name] === undefined)
      .map((name) => ({ name, match: PARTS[name].exec(rest) }))
      .find(({ match }) => match !== null)
    if (found?.match === undefined || found.match === null) return rest
    parts[found.name] = found.match[1] ?? ''
    rest = rest.slice(found.match[0].length).trim()
  }
  return parts
}

/** What the words behind the name have too much or too little for this kind. */
function misfit(kind: FaultKind, { device, time, nth }: Parts): string | undefined {
  const info: FaultKindInfo = FAULT_KINDS[kind]
  const named = DEVICES[device ?? '']
  if (info.device === undefined && device !== undefined) return 'has no device'
  if (info.device !== undefined && named === undefined && info.device.length > 1) return 'needs its device'
  if (info.device !== undefined && named !== undefined && !info.device.includes(named))
    return `does not happen to the ${device}`
  if (info.ms === undefined && time !== undefined) return 'has no length'
  if (info.hook === 'step' && kind !== 'paperOut' && nth !== undefined) return 'strikes once in a step'
  return Number(nth ?? 1) < 1 ? 'counts from 1' : undefined
}

function plainWords(text: string): string {
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '' && !FILLERS.has(word))
    .join(' ')
}

/** A middling length. */
function usualMs({ ms }: FaultKindInfo): number {
  if (ms === undefined) return 0
  const [least, most] = ms
  return Math.min(2000, Math.max(least, Math.round((least + most) / 2)))
}
