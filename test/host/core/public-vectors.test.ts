import { describe, expect, it } from 'vitest'
import { fromHex } from '../../../src/base/bytes.ts'
import type { Inbound } from '../../../src/host/core/inbound.ts'
import { NO_ROWS } from '../../../src/host/core/store-port.ts'
import { parseEnvelope } from '../../../src/iso8583/framing/envelope.ts'
import { textOf, vectorsOf } from '../../vectors/vectors.ts'
import { expectRightBooks } from './books.ts'
import { PAN, PIN, RECEIVED_AT, TestHost, TID } from './test-host.ts'

const MID = '100000000000001'
const LENGTH_SIZE = 2

function inboundOfVector(id: string): Inbound {
  const vector = vectorsOf('cup-message').find((each) => each.id === id)
  if (vector === undefined) throw new Error(`no vector ${id}`)
  const bytes = fromHex(textOf(vector.inputs, 'hex')).subarray(
    vector.inputs['hasLength'] === true ? LENGTH_SIZE : 0,
  )
  const parsed = parseEnvelope(bytes, 'tpduAndHeader')
  if (parsed === undefined) throw new Error('no envelope')
  const { envelope, start } = parsed
  return { dialect: 'unionpay-pos', envelope, bytes, start, end: bytes.length, receivedAt: RECEIVED_AT }
}

/** A host whose terminal has the keys, the batch and the card of the derived vectors. */
function hostOfVectors(): TestHost {
  const host = new TestHost()
  const security = host.clearModule
  host.store.commit({
    ...NO_ROWS,
    merchants: [{ mid: MID, name: 'VECTORS', currency: '156', categoryCode: '5812', status: 'active' }],
  })
  host.changeTerminal({
    mid: MID,
    signedIn: true,
    batchNumber: 12,
    pinKey: security.importKey('pin', 'tdes2', '1A2B3C4D5E6F708192A3B4C5D6E7F809'),
    macKey: security.importKey('mac', 'des', '13579BDF02468ACE'),
    trackKey: security.importKey('track', 'tdes2', 'A1B2C3D4E5F60718293A4B5C6D7E8F90'),
  })
  host.changeAccount({ expiry: '3010' })
  return host
}

describe('host: messages that were made elsewhere', () => {
  it('a sale under another’s keys: MAC and track open, and the track says that the card has a chip', () => {
    const host = hostOfVectors()
    const [outcome] = host.process(inboundOfVector('cup-d-sale-mag-pin'))
    expect(outcome?.summary).toMatchObject({ operation: 'sale', responseCode: '45', amountMinor: 12_345 })
    expect(host.store.listTransactions({})).toMatchObject([{ panLookup: host.security.lookupOf(PAN) }])
    expectRightBooks(host)
  })

  it('a PIN block under another’s keys holds the PIN that it should', () => {
    const host = hostOfVectors()
    const { pinKey } = host.terminal()
    const vector = vectorsOf('cup-message').find(({ id }) => id === 'cup-d-sale-mag-pin')
    const { fields } = (vector?.expected ?? {}) as { readonly fields: Readonly<Record<string, string>> }
    const issuer = host.store.listIssuers().find(({ id }) => id === 'home')
    if (pinKey === undefined || issuer?.pinVerificationKey === undefined) throw new Error('no key')
    const verificationKey = issuer.pinVerificationKey
    const verify = (reference: string) =>
      host.security.verifyPin({
        pinKey,
        verificationKey,
        pinBlock: fromHex(fields['52'] ?? ''),
        panInBlock: PAN,
        pan: PAN,
        reference,
      })
    expect(verify(host.security.pinReference(verificationKey, PAN, PIN))).toBe('correct')
    expect(verify('0'.repeat(16))).toBe('wrong')
  })

  it('its reversal, its totals and its upload are understood', () => {
    const host = hostOfVectors()
    const codes = ['cup-d-sale-mag-pin', 'cup-d-reversal-98'].map(
      (id) => host.process(inboundOfVector(id))[0]?.summary.responseCode,
    )
    expect(codes).toEqual(['45', '00'])
    host.process(inboundOfVector('cup-d-settle'))
    expect(host.store.listBatches(TID)[0]).toMatchObject({
      terminalTotals: {
        domestic: { debitMinor: 37_035, debitCount: 3, creditMinor: 12_345, creditCount: 1 },
      },
      domesticFlag: '2',
      foreignFlag: '1',
    })
    host.process(inboundOfVector('cup-d-batchup-mag'))
    const lookup = host.security.lookupOf(PAN)
    expect(host.store.listUploads({ tid: TID, batchNumber: 12 })).toMatchObject([
      { stan: 2, amountMinor: 12_345, panLookup: lookup, result: 'differs' },
      { stan: 3, amountMinor: 12_345, panLookup: lookup, result: 'extra' },
    ])
    expectRightBooks(host)
  })

  it('a pre-authorisation whose cryptogram belongs to other keys is refused as such, its MAC and track being right', () => {
    const host = hostOfVectors()
    const [outcome] = host.process(inboundOfVector('cup-d-preauth'))
    expect(outcome?.explain).toMatchObject({ responseCode: '59', reason: 'the card cryptogram is wrong' })
  })

  it.each(vectorsOf('cup-message').map(({ id }) => id))('%s: decided without a throw', (id) => {
    const host = hostOfVectors()
    expect(host.process(inboundOfVector(id))).toHaveLength(1)
    expectRightBooks(host)
  })

  it('the ASCII echo is answered', () => {
    const host = new TestHost()
    const vector = vectorsOf('iso8583-ascii').find(({ id }) => id === 'iso87-ascii-echo')
    const bytes = new TextEncoder().encode(textOf(vector?.inputs ?? {}, 'message'))
    const [outcome] = host.process({
      dialect: 'iso1987-ascii',
      envelope: {},
      bytes,
      start: 0,
      end: bytes.length,
      receivedAt: RECEIVED_AT,
    })
    expect(Buffer.from(outcome?.reply ?? []).toString('latin1')).toMatch(/^0810/)
    expect(outcome?.summary.responseCode).toBe('00')
  })
})
