import { describe, expect, it } from 'vitest'
import { align, bold, cut, drawerPulse, initialise, qrCode, size } from '../../../hardware/protocol/escpos.ts'
import { decodeRealTimeStatus, encodeRealTimeStatus } from '../../../hardware/protocol/printer-status.ts'
import { asciiToBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { textOf, vectorsOf } from '../../vectors/vectors.ts'

/** What we send for what each published vector means. */
const BUILT: Readonly<Record<string, Uint8Array>> = {
  'escpos-init': initialise(),
  'escpos-bold-on': bold(true),
  'escpos-center': align('centre'),
  'escpos-cut-feed': cut('full', 3),
  'escpos-drawer': drawerPulse(2, 120, 240),
  'escpos-size22': size(2, 2),
  'escpos-qr-1234': qrCode({ data: asciiToBytes('1234'), moduleDots: 3, level: 'L' }),
}

describe('ESC/POS', () => {
  it.each(vectorsOf('escpos'))('$id has the published bytes', ({ id, inputs }) => {
    const built = BUILT[id]
    if (built === undefined) throw new Error('nothing builds this')
    expect(toHex(built)).toBe(textOf(inputs, 'hex'))
  })

  it.each(vectorsOf('escpos-status'))('$id is read as published', ({ inputs, expected }) => {
    const kind = fromHex(textOf(inputs, 'command'))[2]
    if (kind !== 1 && kind !== 2 && kind !== 3 && kind !== 4) throw new Error('no such status')
    expect(decodeRealTimeStatus(kind, fromHex(textOf(inputs, 'reply'))[0] ?? 0)).toMatchObject(expected)
  })

  it('a printer that is ready answers as published', () => {
    const ready = { online: true, coverOpen: false, paperNearEnd: false, paperEnd: false, error: undefined }
    for (const kind of [1, 2, 3, 4] as const) expect(encodeRealTimeStatus(kind, ready)).toBe(0x12)
  })
})
