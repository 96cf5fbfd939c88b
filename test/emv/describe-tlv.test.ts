import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../src/base/bytes.ts'
import { describeTlv } from '../../src/emv/describe-tlv.ts'
import { allTags, tagInfo } from '../../src/emv/tags.ts'

describe('describe: what the bits say', () => {
  it.each([
    ['95', '0000008000', ['4.8 transaction exceeds floor limit']],
    [
      '95',
      '0020048010',
      [
        '2.6 application not yet effective',
        '3.3 online PIN entered',
        '4.8 transaction exceeds floor limit',
        '5.5 script processing failed after final GENERATE AC',
      ],
    ],
    [
      '9B',
      'E800',
      [
        '1.8 offline data authentication was performed',
        '1.7 cardholder verification was performed',
        '1.6 card risk management was performed',
        '1.4 terminal risk management was performed',
      ],
    ],
    [
      '82',
      '7C00',
      [
        '1.7 SDA supported',
        '1.6 DDA supported',
        '1.5 cardholder verification is supported',
        '1.4 terminal risk management is to be performed',
        '1.3 issuer authentication is supported',
      ],
    ],
    ['9F27', '80', ['1&C0 ARQC: online authorisation requested']],
    ['9F27', '01', ['1&C0 AAC: declined', '1&07 reason: service not allowed']],
    ['9F34', '5E0300', ['signature, if terminal supports the CVM', 'result unknown']],
    ['9F35', '22', ['attended, offline with online capability, merchant']],
    ['8A', '3030', ['00 approved by the issuer']],
    ['8A', '5933', ['Y3 unable to go online, offline approved']],
    [
      '9F33',
      'E068C8',
      [
        '1.8 manual key entry',
        '1.7 magnetic stripe',
        '1.6 IC with contacts',
        '2.7 enciphered PIN for online verification',
        '2.6 signature (paper)',
        '2.4 no CVM required',
        '3.8 SDA',
        '3.7 DDA',
        '3.4 CDA',
      ],
    ],
    ['95', '0100000000', ['1: 01 reserved bits']],
    ['50', '4142', []],
    ['DF99', '00', []],
  ])('%s %s', (tag, value, lines) => {
    expect(describeTlv(tag, fromHex(value))).toEqual(lines)
  })

  it('the CVM list of the public trace', () => {
    expect(describeTlv('8E', fromHex('00000000000000005E0342031F00'))).toEqual([
      'X 0, Y 0',
      '5E03 signature, if terminal supports the CVM, else next',
      '4203 enciphered PIN verified online, if terminal supports the CVM, else next',
      '1F00 no CVM required, always, else fail',
    ])
  })

  it('issuer application data of the public trace', () => {
    const lines = describeTlv('9F10', fromHex('07000103A0A80201'))
    expect(lines).toContain('cryptogram version 01')
    expect(lines).toContain('2&30 first GENERATE AC: ARQC')
    expect(lines).toContain('2&C0 second GENERATE AC not requested')
    expect(lines).toContain('4.2 DDA performed')
  })

  it('speaks Chinese', () => {
    expect(describeTlv('95', fromHex('0000048000'), 'zh')).toEqual([
      '3.3 已输入联机 PIN',
      '4.8 交易超过最低限额',
    ])
  })

  it('any value of any tag is told without a throw, in both languages', () => {
    const tags = allTags().map(({ tag }) => tag)
    fc.assert(
      fc.property(fc.constantFrom(...tags), fc.uint8Array({ maxLength: 40 }), (tag, value) => {
        for (const line of [...describeTlv(tag, value, 'zh'), ...describeTlv(tag, value)]) {
          expect(line).not.toContain('undefined')
        }
      }),
    )
  })
})

describe('tag dictionary', () => {
  it('holds each tag once, with both names and a range of sizes', () => {
    const tags = allTags()
    expect(new Set(tags.map(({ tag }) => tag)).size).toBe(tags.length)
    expect(tags.length).toBeGreaterThan(130)
    for (const info of tags) {
      expect(info.name).not.toBe('')
      expect(info.nameZh).not.toBe('')
      expect(info.sizeMin).toBeLessThanOrEqual(info.sizeMax)
    }
  })

  it('never lets tracks, names and PIN data be shown', () => {
    for (const tag of ['56', '57', '5F20', '9F1F', '9F20', '99']) expect(tagInfo(tag)?.exposure).toBe('never')
    expect(tagInfo('5A')?.exposure).toBe('truncatedPan')
    expect(tagInfo('9FFF')).toBeUndefined()
  })
})
