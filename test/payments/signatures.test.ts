import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import {
  formatSignature,
  isSignatureImage,
  parseSignature,
  type SignatureImage,
} from '../../src/iso8583/subfields/signature-image.ts'
import type { TerminalProfile } from '../../src/terminal/flows/terminal-profile.ts'
import { drawStrokes } from '../../src/workbench/draw-strokes.ts'
import { PAN, PowerCut, STRIPE } from '../terminal/flows/fake-world.ts'
import { text } from '../terminal/flows/text-codec.ts'
import { JointWorld } from './joint-world.ts'

const IMAGE = drawStrokes(
  [
    [
      [10, 40],
      [60, 8],
      [90, 50],
      [150, 20],
    ],
  ],
  { widthDots: 192, heightDots: 64 },
)
/** With the expiry date that the host knows. */
const CARD = { ...STRIPE, track2: `${PAN}=30121010000000000` }
const BODY = toHex(formatSignature(IMAGE))

function signingWorld(profile: Partial<TerminalProfile> = {}): JointWorld {
  const world = new JointWorld({
    signaturePad: true,
    pinTransactions: [],
    trackEncryption: false,
    ...profile,
  })
  world.terminal.answers = { signHere: { kind: 'signed', image: IMAGE } }
  return world
}

function sell(world: JointWorld): string {
  world.terminal.cards.push(CARD)
  const outcome = world.terminal.run({ kind: 'sale', amountMinor: 1234 })
  if (outcome.kind !== 'approved') throw new Error(JSON.stringify(outcome))
  return outcome.transaction.stan
}

/** The body of each signature that the host keeps. */
function kept({ file }: JointWorld): readonly string[] {
  const bodies = file.db.prepare('SELECT body FROM signature_images ORDER BY transactionId').pluck().all()
  return bodies.map((body) => toHex(body as Uint8Array))
}

function uploads({ terminal }: JointWorld) {
  return terminal.sent('0820').filter((message) => text(message, 60)?.startsWith('07') === true)
}

const IMAGES: fc.Arbitrary<SignatureImage> = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 64 }))
  .chain(([widthBytes, heightDots]) =>
    fc
      .uint8Array({ minLength: widthBytes * heightDots, maxLength: widthBytes * heightDots })
      .map((bits) => ({ widthDots: widthBytes * 8, heightDots, bits })),
  )

describe('the body of a signature upload', () => {
  it('is format, width / 8, height, 0 and packed differences of rows', () => {
    const bits = Uint8Array.from([0xf0, 0x0f, 0xf0, 0x0f, 0xff, 0xff])
    const body = formatSignature({ widthDots: 16, heightDots: 3, bits })
    // Rows F00F, 0000, 0FF0: a run of two inside is not worth a mark of its own.
    expect(toHex(body)).toBe('0102030005F00F00000FF0')
    // A run of eight.
    expect(toHex(formatSignature({ widthDots: 16, heightDots: 4, bits: new Uint8Array(8) }))).toBe(
      '01020400F900',
    )
  })

  it('comes back as it was, or smaller where it does not fit', () => {
    fc.assert(
      fc.property(IMAGES, (image) => {
        const body = formatSignature(image)
        expect(body.length).toBeLessThanOrEqual(512)
        const read = parseSignature(body)
        if (read === undefined) throw new Error('what was written can not be read')
        expect(isSignatureImage(read)).toBe(true)
        if (read.widthDots === image.widthDots && read.heightDots === image.heightDots)
          expect(toHex(read.bits)).toBe(toHex(image.bits))
        else expect(image.bits.length).toBeGreaterThan(480)
      }),
    )
  })

  it('is refused when it is anything else, and nothing throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const read = parseSignature(bytes)
        expect(read === undefined || isSignatureImage(read)).toBe(true)
      }),
    )
    expect(parseSignature(formatSignature(IMAGE).slice(0, -1))).toBeUndefined()
  })
})

describe('a signature on the screen', () => {
  it('is on the slip in the place to sign, and goes to the host as 0820/800', () => {
    const world = signingWorld()
    const stan = sell(world)
    const [merchant, cardholder] = world.terminal.printed()
    const image = parseSignature(formatSignature(IMAGE))
    expect(merchant?.lines).toContainEqual({ kind: 'image', ...image })
    expect(cardholder?.lines.some(({ kind }) => kind === 'image')).toBe(false)
    const [upload] = uploads(world)
    expect(text(upload, 60)).toBe(`07${world.terminal.state.batch}800`)
    expect(text(upload, 11)).toBe(stan)
    expect(text(upload, 4)).toBe('000000001234')
    expect(text(upload, 37)).toMatch(/^\d{12}$/)
    expect(upload?.fields[64]).toBeDefined()
    for (const bit of [3, 14, 22, 25, 35, 49, 52, 55]) expect(upload?.fields[bit]).toBeUndefined()
    expect(kept(world)).toEqual([BODY])
    expect(world.terminal.state.signatures).toEqual([])
  })

  it('is sent again until the host says 00 or 94', () => {
    const world = signingWorld()
    // The sale is answered; the answer to the upload is lost.
    world.terminal.behaviours = [{ kind: 'answer' }, { kind: 'silent' }]
    sell(world)
    expect(kept(world)).toEqual([BODY])
    expect(world.terminal.state.signatures).toHaveLength(1)
    expect(world.terminal.run({ kind: 'sendPending' })).toEqual({ kind: 'done' })
    expect(uploads(world)).toHaveLength(2)
    expect(world.terminal.state.signatures).toEqual([])
  })

  it('waits beyond settlement, and is found under the batch it belongs to', () => {
    const world = signingWorld()
    world.terminal.behaviours = [{ kind: 'answer' }, { kind: 'lost' }, { kind: 'lost' }]
    sell(world)
    expect(kept(world)).toEqual([])
    world.terminal.run({ kind: 'settle' })
    expect(kept(world)).toEqual([])
    expect(world.terminal.state).toMatchObject({ batch: '000002', transactions: [] })
    world.terminal.run({ kind: 'signIn' })
    world.terminal.run({ kind: 'sendPending' })
    expect(kept(world)).toEqual([BODY])
  })

  it.each([
    ['cancelled', { kind: 'cancelled' }],
    ['empty', { kind: 'signed', image: { ...IMAGE, bits: new Uint8Array(IMAGE.bits.length) } }],
    ['of a wrong size', { kind: 'signed', image: { ...IMAGE, heightDots: 65 } }],
  ] as const)('is replaced by a place on the slip when it is %s', (_, answer) => {
    const world = signingWorld()
    world.terminal.answers = { signHere: answer }
    sell(world)
    expect(uploads(world)).toEqual([])
    expect(JSON.stringify(world.terminal.printed()[0])).toContain('CARDHOLDER SIGNATURE')
    expect(world.terminal.printed()[0]?.lines.some(({ kind }) => kind === 'image')).toBe(false)
  })

  it.each([
    ['the profile has no pad', { signaturePad: false }],
    ['the amount is below the limit', { signaturePadFromMinor: 1235 }],
  ] as const)('is not asked for when %s', (_, profile) => {
    const world = signingWorld(profile)
    sell(world)
    expect(world.terminal.screens()).not.toContain('sendingSignature')
    expect(JSON.stringify(world.terminal.story)).not.toContain('signHere')
  })

  it('is never in the way of the money, wherever the power goes', () => {
    let isOver = false
    for (let at = 1; !isOver && at < 400; at++) {
      const world = signingWorld()
      world.terminal.cards.push(CARD)
      world.terminal.cut = { at, after: at % 2 === 0 }
      try {
        world.terminal.run({ kind: 'sale', amountMinor: 1234 })
        isOver = true
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error
        world.terminal.cut = undefined
        world.terminal.restart()
        world.terminal.run({ kind: 'logOn', operator: '01' })
      }
      world.terminal.run({ kind: 'sendPending' })
      const { transactions, signatures, reversal } = world.terminal.state
      expect(reversal).toBeUndefined()
      expect(signatures ?? []).toEqual([])
      // What the terminal printed as signed is what the host keeps.
      const signed = transactions.flatMap(({ signature }) => (signature === undefined ? [] : [signature]))
      expect(kept(world)).toEqual(signed)
    }
    expect(isOver).toBe(true)
  })
})

describe('the host', () => {
  it('takes no signature for what it did not approve, or for another amount', () => {
    const world = signingWorld()
    world.terminal.behaviours = [{ kind: 'answer' }, { kind: 'lost' }]
    sell(world)
    const [waiting] = world.terminal.state.signatures ?? []
    if (waiting === undefined) throw new Error('no signature waits')
    Object.assign(waiting, { amountMinor: 1 })
    world.terminal.run({ kind: 'sendPending' })
    expect(world.terminal.screens()).toContain('signatureRefused')
    Object.assign(waiting, { amountMinor: 1234, request: { ...waiting.request, stan: '999999' } })
    world.terminal.run({ kind: 'sendPending' })
    expect(kept(world)).toEqual([])
  })
})
