import { concatBytes } from '../../../base/bytes.ts'
import { generateAcCommand, parseCommand, SW, splitResponse } from '../../../emv/apdu.ts'
import { encodeTlv } from '../../../emv/ber-tlv.ts'
import { readResponse } from '../../kernel/generate-ac.ts'
import type { TransmitAnswer } from '../peripheral-effect.ts'

const GENERATE_AC = 0xae
const CRYPTOGRAM_TYPE = 0xc0
const TC = 0x40

/** What a chip is told otherwise in training than for money. Knows one card at a time. */
export class TrainingCard {
  #isAsked = false
  #isEnded = false

  /** Another card, or the same one once more. */
  begin(): void {
    this.#isAsked = false
    this.#isEnded = false
  }

  /**
   * The command that the card gets for `apdu`. It ends what it began without money: no card approves without a word
   * from its issuer, and in training there is none. Source: EMV Book 3, 10.11, second GENERATE AC.
   */
  command(apdu: Uint8Array): Uint8Array {
    const command = parseCommand(apdu)
    this.#isEnded = false
    if (command?.ins !== GENERATE_AC) return apdu
    this.#isEnded = this.#isAsked && (command.p1 & CRYPTOGRAM_TYPE) === TC
    this.#isAsked = true
    return this.#isEnded ? generateAcCommand('AAC', false, command.data) : apdu
  }

  /** What the flow hears of it: a certificate of zeros in place of the refusal that was asked for. */
  answer(answer: TransmitAnswer): TransmitAnswer {
    if (!this.#isEnded || answer.kind !== 'response') return answer
    const response = splitResponse(answer.bytes)
    const objects = response?.status === SW.ok ? readResponse(Uint8Array.from(response.data)) : undefined
    const counter = objects?.find(({ tag }) => tag === '9F36')?.value
    if (counter === undefined) return answer
    const certificate = concatBytes([
      encodeTlv('9F27', Uint8Array.of(TC)),
      encodeTlv('9F36', counter),
      encodeTlv('9F26', new Uint8Array(8)),
    ])
    return { kind: 'response', bytes: concatBytes([encodeTlv('77', certificate), Uint8Array.of(0x90, 0x00)]) }
  }
}
