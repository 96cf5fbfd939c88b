import type { CardImage } from '../../../hardware/emulator/chip-card/card-image.ts'
import { fromHex } from '../../base/bytes.ts'
import { InvariantError } from '../../base/invariant.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { createTdes } from '../../crypto/block-cipher.ts'
import { prepareMessageMac } from '../../crypto/mac.ts'
import type { Codec, MessageView } from '../../iso8583/compile.ts'
import type { EncodeError } from '../../iso8583/decode-error.ts'
import { envelopeBytes } from '../../iso8583/framing/envelope.ts'
import type { MessageSpec } from '../../iso8583/spec.ts'
import { type LoadMix, MixPicker } from '../load-mix.ts'
import { LoadRandom } from '../load-random.ts'
import type { Cast } from '../run-share.ts'
import type { Speech } from '../till.ts'
import { TillChip } from '../unionpay/till-card.ts'
import { createTillClock } from '../unionpay/till-clock.ts'
import { sourcesOf } from './field-template.ts'
import { envelopeKindOf, type Target, type TargetMessage } from './target-file.ts'
import { TargetTill, type TargetWorld } from './target-till.ts'

export interface TargetCastOptions {
  readonly target: Target
  /** Of the target's dialect. */
  readonly codec: Codec
  /** Images of the cards that have a chip, by the path in the target. */
  readonly chips: ReadonlyMap<string, CardImage>
  /** Undefined: the weights and amounts of the target. */
  readonly mix: LoadMix | undefined
  /** This process plays every `workers`th terminal, from `index`. */
  readonly index: number
  readonly workers: number
  readonly seed: number
  /** Where the running number begins. */
  readonly firstNumber: number
}

const KEY_END = '\u0000'

/** The virtual terminals of one process for a target; or the place in its file that does not fit its dialect. */
export function targetCast(options: TargetCastOptions): Result<Cast, string> {
  const { target, codec, index, workers, seed } = options
  const complaint = complaintOf(options)
  if (complaint !== undefined) return err(complaint)
  const world = worldOf(options)
  const mix = options.mix ?? ownMix(target)
  const tills: TargetTill[] = []
  const visits = new Map<Target['terminals'][number], { isOpen: boolean }>()
  for (const [number, terminal] of lanesOf(target).entries()) {
    if (number % workers !== index) continue
    const { tid, mid } = terminal
    const random = new LoadRandom(seed, number)
    const card = target.cards[number % target.cards.length]
    if (card === undefined) throw new InvariantError('a target without cards')
    const image = card.chip === undefined ? undefined : options.chips.get(card.chip)
    const chip = image === undefined ? undefined : new TillChip(image, random)
    const before = visits.get(terminal)
    const visit = before ?? { isOpen: world.first === undefined }
    visits.set(terminal, visit)
    const till = { tid, mid, card, chip, random, visit, signsIn: before === undefined }
    tills.push(new TargetTill(world, { ...till, mix: new MixPicker(mix, random) }))
  }
  const wrong = unwritable(target, codec.spec, tills)
  if (wrong !== undefined) return err(wrong)
  return ok({ speech: world.speech, tills, kinds: target.messages.map(({ name }) => name) })
}

function ownMix({ messages, amounts }: Target): LoadMix {
  const weights = messages
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => [name, weight] as const)
  return { weights: new Map(weights), ...amounts, settleAfter: undefined }
}

function worldOf({ target, codec, index, workers, firstNumber }: TargetCastOptions): TargetWorld {
  const { match, responseCode, approved, mac, pin, first, messages, envelope, prefix } = target
  // Interleaved, so that no two processes ever count the same number.
  let number = firstNumber + index - workers
  const keyOf = (view: MessageView): string =>
    match.reduce((key, bit) => key + KEY_END + (view.text(bit) ?? ''), view.mti.slice(0, 2))
  const speech: Speech = {
    codec,
    prefix,
    envelope: envelopeKindOf(target),
    // Third digit of the message type: odd in replies.
    replyKey: (view) => ((view.mti.charCodeAt(2) & 1) === 0 ? undefined : keyOf(view)),
  }
  return {
    speech,
    view: codec.createView(),
    requestKey: keyOf,
    messages,
    first: messages.find(({ name }) => name === first),
    responseCode,
    approved: new Set(approved),
    mac:
      mac === undefined
        ? undefined
        : { compute: prepareMessageMac(mac.algorithm, fromHex(mac.key)), field: mac.field },
    pinCipher: pin === undefined ? undefined : createTdes(fromHex(pin.key)),
    envelope: envelopeBytes(
      envelope === undefined
        ? {}
        : { tpdu: envelope.tpdu, ...(envelope.header === undefined ? {} : { header: envelope.header }) },
    ),
    clock: createTillClock(Date.now),
    nextNumber: () => {
      number += workers
      return number
    },
  }
}

function complaintOf(options: TargetCastOptions): string | undefined {
  const { target, codec } = options
  const { spec } = codec
  const { match, responseCode, mac, messages, cards } = target
  const strange = [...match, responseCode].find((bit) => spec.elements[bit] === undefined)
  if (strange !== undefined) return `match, responseCode: ${spec.id} has no field ${strange}`
  if (mac !== undefined && spec.elements[mac.field]?.attribute !== 'b')
    return `mac.field: ${spec.id} has no bytes in field ${mac.field}`
  for (const message of messages) {
    const complaint = fieldComplaint(options, message) ?? cardComplaint(options, message)
    if (complaint !== undefined) return `messages.${message.name}.fields${complaint}`
  }
  if (cards.some(({ chip }) => chip !== undefined) && cards.length < lanesOf(target).length)
    return 'cards: each terminal (each of its lanes) needs a chip card of its own, since a card counts its transactions'
  return undefined
}

function fieldComplaint(
  { target, codec: { spec } }: TargetCastOptions,
  { fields, hasMac }: TargetMessage,
): string | undefined {
  const { mac } = target
  const unknown = fields.find(([bit]) => spec.elements[bit] === undefined)
  if (unknown !== undefined) return `.${unknown[0]}: ${spec.id} has no such field`
  return mac !== undefined && hasMac && fields.some(([bit]) => bit >= mac.field)
    ? `: the MAC in field ${mac.field} must be the last field`
    : undefined
}

function cardComplaint({ target, chips }: TargetCastOptions, { fields }: TargetMessage): string | undefined {
  const { cards, pin } = target
  const sources = new Set(fields.flatMap(([, template]) => sourcesOf(template)))
  if (sources.has('pinBlock') && (pin === undefined || cards.some((card) => card.pin === undefined)))
    return ': a PIN block needs pin.key and a pin of each card'
  if (sources.has('track2') && cards.some(({ track2 }) => track2 === undefined))
    return ': track2 needs a track2 of each card'
  return sources.has('chip') && cards.some(({ chip }) => chip === undefined || !chips.has(chip))
    ? ': chip needs a chip of each card'
    : undefined
}

/** A terminal that may have several requests under way is played once for each. */
function lanesOf({ terminals }: Target): Target['terminals'] {
  return terminals.flatMap((terminal) => Array.from({ length: terminal.lanes }, () => terminal))
}

/** Writes each message once: what does not fit its field is told before the load, not in the middle of it. */
function unwritable(
  { messages }: Target,
  spec: MessageSpec,
  tills: readonly TargetTill[],
): string | undefined {
  const [till] = tills
  if (till === undefined) return 'terminals: there are fewer than processes'
  for (const message of messages) {
    const error = till.tryOut(message)
    if (error !== undefined) return `messages.${message.name}.fields.${error.field}: ${misfit(error, spec)}`
  }
  return undefined
}

/** What is wrong with a value, and what its field takes; nothing of the value is told. */
function misfit({ kind, field, size }: EncodeError, spec: MessageSpec): string {
  const element = spec.elements[field]
  if (element === undefined) return `${kind} in ${spec.id}`
  const { attribute, length, content } = element
  const unit = attribute === 'b' ? 'bytes' : attribute === 'n' || attribute === 'z' ? 'digits' : 'characters'
  const takes = length.kind === 'fixed' ? `${length.size} ${unit}` : `up to ${length.sizeMax} ${unit}`
  const wrong: Partial<Record<EncodeError['kind'], string>> = {
    badLength: `${size} given`,
    badDigit: 'what is given has other characters',
    badCharacter: 'what is given has characters that are not allowed there',
    badType: attribute === 'b' ? 'text is given' : 'bytes are given',
  }
  return `${spec.id} takes ${takes} there (${attribute}, ${content}); ${wrong[kind] ?? kind}`
}
