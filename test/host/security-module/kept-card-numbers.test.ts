import { getHeapSnapshot } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/base/bytes.ts'
import { nodeRandom } from '../../../src/crypto/node-random.ts'
import { encryptTrack } from '../../../src/crypto/track-cipher.ts'
import { SoftwareSecurityModule } from '../../../src/host/security-module/software-security-module.ts'

const COUNT = 20
const PAN = '6210949000000029'
/** Put together here, so that the text of this file does not hold it. */
const DISCRETIONARY = ['0000', '7531', '9'].join('')

async function timesInHeap(text: string): Promise<number> {
  let count = 0
  let rest = ''
  for await (const chunk of getHeapSnapshot()) {
    rest += String(chunk)
    const parts = rest.split(text)
    count += parts.length - 1
    rest = (parts.at(-1) ?? '').slice(-text.length)
  }
  return count
}

describe('card numbers that are kept to be found again', () => {
  it('keep nothing of the track that they were read from', async () => {
    const module = new SoftwareSecurityModule(nodeRandom.bytes(32), nodeRandom)
    const clearKey = nodeRandom.bytes(16)
    const key = module.importKeyComponents('track', 'tdes2', [toHex(clearKey), toHex(new Uint8Array(16))])
    const lookups = new Set<string>()
    for (let card = 0; card < COUNT; card++) {
      const pan = PAN.slice(0, -2) + String(10 + card)
      const track = module.decryptTrack(
        key,
        encryptTrack(clearKey, `${pan}D3012201${DISCRETIONARY}${10 + card}`),
      )
      lookups.add(module.lookupOf(track.slice(0, PAN.length)))
    }
    expect(lookups.size).toBe(COUNT)
    // One of the last may still lie about, in a cache of the engine.
    expect(await timesInHeap(`D3012201${DISCRETIONARY}`)).toBeLessThan(COUNT / 2)
  })
})
