import { asciiToBytes, concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { encodeTlv, encodeTlvs } from '../../../src/emv/ber-tlv.ts'
import type { ApplicationImage, ChipImage } from './card-image.ts'

export const DIRECTORY_NAME = '1PAY.SYS.DDF01'
export const DIRECTORY_SFI = 1
export const PROXIMITY_NAME = '2PAY.SYS.DDF01'

/** File control information of the payment system environment. Source: EMV Book 1, table 45. */
export function directoryInformation(): Uint8Array {
  return encodeTlv(
    '6F',
    encodeTlvs([
      ['84', asciiToBytes(DIRECTORY_NAME)],
      ['A5', encodeTlv('88', Uint8Array.of(DIRECTORY_SFI))],
    ]),
  )
}

/** What a card in the field offers, in the answer itself. Source: EMV Contactless Book B, 3.3.2.5. */
export function proximityInformation(chip: ChipImage): Uint8Array {
  const entries = chip.applications
    .filter(({ contactless }) => contactless !== undefined)
    .map(({ aid, label, priority }) =>
      encodeTlv(
        '61',
        encodeTlvs([
          ['4F', fromHex(aid)],
          ['50', asciiToBytes(label)],
          ['87', Uint8Array.of(priority)],
        ]),
      ),
    )
  return encodeTlv(
    '6F',
    encodeTlvs([
      ['84', asciiToBytes(PROXIMITY_NAME)],
      ['A5', encodeTlv('BF0C', concatBytes(entries))],
    ]),
  )
}

/** One record an application, from number 1; undefined past the end. Source: EMV Book 1, 12.2.3. */
export function directoryRecord(chip: ChipImage, number: number): Uint8Array | undefined {
  const application = chip.applications[number - 1]
  if (application === undefined) return undefined
  return encodeTlv(
    '70',
    encodeTlv(
      '61',
      encodeTlvs([
        ['4F', fromHex(application.aid)],
        ['50', asciiToBytes(application.label)],
        ['87', Uint8Array.of(application.priority)],
      ]),
    ),
  )
}

/** File control information of an application. `pdol`: what it asks for in hexadecimal. Source: EMV Book 1, table 45. */
export function applicationInformation(application: ApplicationImage, pdol = application.pdol): Uint8Array {
  const objects: (readonly [string, Uint8Array])[] = [
    ['50', asciiToBytes(application.label)],
    ['87', Uint8Array.of(application.priority)],
  ]
  if (pdol !== '') objects.push(['9F38', fromHex(pdol)])
  if (application.preferredName !== undefined) {
    objects.push(['9F11', Uint8Array.of(1)], ['9F12', fromHex(application.preferredName)])
  }
  for (const [tag, value] of Object.entries(application.information)) objects.push([tag, fromHex(value)])
  return encodeTlv(
    '6F',
    concatBytes([encodeTlv('84', fromHex(application.aid)), encodeTlv('A5', encodeTlvs(objects))]),
  )
}

/**
 * The application that a SELECT by (beginning of) name means. `after`: the one selected before, for the next
 * occurrence.
 */
export function findApplication(
  chip: ChipImage,
  name: Uint8Array,
  after: ApplicationImage | undefined,
): ApplicationImage | undefined {
  const matches = chip.applications.filter(({ aid }) => aid.startsWith(toHex(name)))
  return after === undefined ? matches[0] : matches[matches.indexOf(after) + 1]
}
