import { join } from 'node:path'
import { loadCardImage } from '../../hardware/emulator/chip-card/card-image-file.ts'
import { PadMemory } from '../../hardware/emulator/pad-memory.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { createTdes } from '../../src/crypto/block-cipher.ts'
import { encodePinBlock } from '../../src/crypto/pin-block.ts'
import { TEST_CARDS } from '../../src/host/core/test-cards.ts'
import { FOREIGN_TEST_CARDS } from '../../src/host/estate/default-estate.ts'
import { byteSecret, digitSecret, type Secret } from './card-data.ts'

const CARDS = [...TEST_CARDS, ...FOREIGN_TEST_CARDS]

/** Card numbers, tracks and clear PIN blocks of the cards in the folder of `tillwire up`. */
export function cardSecrets(data: string): readonly Secret[] {
  return [
    ...CARDS.map(({ pan }) => digitSecret(`card number …${pan.slice(-4)}`, pan)),
    ...['chip', 'stripe', 'visa', 'lost'].map((name) => trackSecret(data, name)),
    ...CARDS.map(({ pan, pin }) =>
      byteSecret(`clear PIN block …${pan.slice(-4)}`, encodePinBlock({ format: 0, pin, pan })),
    ),
  ]
}

/** What the PIN pad holds, and what it made with its PIN key. */
export function keySecrets(data: string): readonly Secret[] {
  const { masterKey, pinKey, macKey, trackKey, ...pad } = new PadMemory(join(data, 'board')).content
  if (masterKey === undefined || pinKey === undefined || macKey === undefined || trackKey === undefined)
    throw new Error('the pad has not got all its keys')
  const pinCipher = createTdes(fromHex(pinKey))
  return [
    ...CARDS.map(({ pan, pin }) =>
      byteSecret(`PIN block …${pan.slice(-4)}`, pinCipher.encrypt(encodePinBlock({ format: 0, pin, pan }))),
    ),
    byteSecret('master key', fromHex(masterKey.key)),
    byteSecret('PIN key', fromHex(pinKey)),
    byteSecret('MAC key', fromHex(macKey)),
    byteSecret('track key', fromHex(trackKey)),
    byteSecret('key block protection key', fromHex(pad.keyBlockProtectionKey)),
    byteSecret('data key', fromHex(pad.dataKey)),
  ]
}

/** The part of track 2 behind the card number. */
function trackSecret(data: string, name: string): Secret {
  const image = loadCardImage(join(data, 'cards', `${name}.json`))
  const track2 = image.ok ? image.value.stripe?.track2 : undefined
  const tail = track2?.split('=')[1]
  if (tail === undefined || tail.length < 8) throw new Error(`card ${name} has no track 2`)
  return digitSecret(`track 2 of ${name}`, tail)
}
