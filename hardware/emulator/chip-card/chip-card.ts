import { bytesToAscii, fromHex } from '../../../src/base/bytes.ts'
import type { Random } from '../../../src/base/ports.ts'
import { type CommandApdu, parseCommand, SW } from '../../../src/emv/apdu.ts'
import { performCommand } from './card-application.ts'
import { cardCipher } from './card-cipher.ts'
import type { CardContext } from './card-context.ts'
import {
  applicationInformation,
  DIRECTORY_NAME,
  DIRECTORY_SFI,
  directoryInformation,
  directoryRecord,
  findApplication,
  PROXIMITY_NAME,
  proximityInformation,
} from './card-directory.ts'
import type { CardImage, ChipImage } from './card-image.ts'
import { respond, respondOk } from './card-response.ts'
import { CardSession } from './card-session.ts'
import { ReplayCard } from './replay-card.ts'

/** A chip card in its contacts. */
export interface ChipCard {
  /** Answer to reset, cold or warm; empty when the card is mute. */
  powerOn(): Uint8Array
  /** Comes into a reader's field: its answer to select; empty when it has no antenna, or is mute. */
  enterField(): Uint8Array
  powerOff(): void
  /** Response data and status; empty when the card does not answer, as if it had been pulled. */
  transmit(apdu: Uint8Array): Uint8Array
  /** The card as it is now. To be saved after each power cycle. */
  readonly image: CardImage
}

export interface ChipCardDependencies {
  readonly random: Random
  /** Called after each change of the card's memory, before the answer leaves. */
  readonly changed?: (image: CardImage) => void
}

const SILENCE = new Uint8Array(0)

/**
 * A working card application made from `image`, which is copied: the card's memory is `ChipCard.image`. An image with
 * neither chip nor replay is mute.
 */
export function createChipCard(image: CardImage, dependencies: ChipCardDependencies): ChipCard {
  if (image.replay !== undefined) return new ReplayCard(image, image.replay)
  return new EmulatedChipCard(structuredClone(image), dependencies)
}

class EmulatedChipCard implements ChipCard {
  readonly image: CardImage
  readonly #context: CardContext
  #isPowered = false
  #answeredCount = 0
  #selected: 'nothing' | 'directory' | CardSession = 'nothing'
  #isInField = false

  constructor(image: CardImage, { random, changed }: ChipCardDependencies) {
    this.image = image
    this.#context = { image, random, cipher: cardCipher, changed: () => changed?.(image) }
  }

  powerOn(): Uint8Array {
    const { chip, faults } = this.image
    this.powerOff()
    if (chip === undefined || faults?.mute === true) return SILENCE
    this.#isPowered = true
    return fromHex(chip.atr)
  }

  enterField(): Uint8Array {
    const { chip, faults } = this.image
    this.powerOff()
    if (chip?.contactless === undefined || faults?.mute === true) return SILENCE
    this.#isPowered = true
    this.#isInField = true
    return fromHex(chip.contactless.answerToSelect)
  }

  powerOff(): void {
    this.#isPowered = false
    this.#isInField = false
    this.#answeredCount = 0
    this.#selected = 'nothing'
  }

  transmit(apdu: Uint8Array): Uint8Array {
    const { chip, faults } = this.image
    if (!this.#isPowered || chip === undefined) return SILENCE
    if (faults?.goneAfter !== undefined && this.#answeredCount >= faults.goneAfter) return SILENCE
    this.#answeredCount += 1
    const command = parseCommand(apdu)
    if (command === undefined) return respond(SW.wrongLength)
    return this.#perform(chip, command)
  }

  #perform(chip: ChipImage, command: CommandApdu): Uint8Array {
    const { cla, ins } = command
    if (cla === 0x00 && ins === 0xa4) return this.#select(chip, command)
    const selected = this.#selected
    if (selected === 'directory' && !this.#isInField) return readDirectory(chip, command)
    if (selected === 'nothing' || selected === 'directory') {
      return respond(cla === 0x00 || cla === 0x80 ? SW.conditionsNotSatisfied : SW.unknownClass)
    }
    return performCommand(this.#context, selected, command)
  }

  /** Source: EMV Book 1, 11.3. */
  #select(chip: ChipImage, { p1, p2, data }: CommandApdu): Uint8Array {
    if (chip.blocked) return respond(SW.notSupported)
    if (p1 !== 0x04 || (p2 !== 0x00 && p2 !== 0x02)) return respond(SW.wrongParameters)
    if (data.length < 1 || data.length > 16) return respond(SW.wrongLength)
    if (chip.directory && p2 === 0x00 && this.#isDirectory(data)) {
      this.#selected = 'directory'
      return respondOk(this.#isInField ? proximityInformation(chip) : directoryInformation())
    }
    return this.#selectApplication(chip, p2, data)
  }

  #isDirectory(name: Uint8Array): boolean {
    return bytesToAscii(name) === (this.#isInField ? PROXIMITY_NAME : DIRECTORY_NAME)
  }

  #selectApplication(chip: ChipImage, p2: number, name: Uint8Array): Uint8Array {
    const previous =
      p2 === 0x02 && this.#selected instanceof CardSession ? this.#selected.application : undefined
    if (p2 === 0x02 && previous === undefined) return respond(SW.fileNotFound)
    const application = findApplication(chip, name, previous)
    const contactless = this.#isInField ? application?.contactless : undefined
    if (application === undefined || (this.#isInField && contactless === undefined)) {
      return respond(SW.fileNotFound)
    }
    this.#selected = new CardSession(application, contactless)
    const status = application.state.blocked ? SW.blocked : SW.ok
    return respond(status, applicationInformation(application, contactless?.pdol))
  }
}

function readDirectory(chip: ChipImage, { cla, ins, p1, p2 }: CommandApdu): Uint8Array {
  if (cla !== 0x00) return respond(SW.unknownClass)
  if (ins !== 0xb2) return respond(SW.unknownInstruction)
  if ((p2 & 7) !== 4 || p1 === 0) return respond(SW.wrongParameters)
  if (p2 >> 3 !== DIRECTORY_SFI) return respond(SW.fileNotFound)
  const record = directoryRecord(chip, p1)
  return record === undefined ? respond(SW.recordNotFound) : respondOk(record)
}
