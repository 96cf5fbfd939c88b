import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Program } from '../e2e/program.ts'
import { textOf, vectorsOf } from '../vectors/vectors.ts'
import { runHere } from './run-here.ts'

const SALE = vectorsOf('cup-message').find(({ id }) => id === 'cup-d-sale-mag-pin-resp')
const SALE_HEX = SALE === undefined ? '' : textOf(SALE.inputs, 'hex')
const PAN = '6210948000000011'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-decode-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function run(args: readonly string[], input?: string) {
  if (input === undefined) return runHere(...args)
  const program = new Program(args)
  program.write(input)
  program.end()
  return { code: await program.ended(), output: program.output, errors: program.errors }
}

function file(name: string, content: string): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

describe('tillwire decode', () => {
  it('finds the dialect and masks what may not be seen', async () => {
    const { code, output } = await run(['decode', SALE_HEX])
    expect(code).toBe(0)
    expect(output).toContain('dialect unionpay-pos')
    expect(output).toContain('621094******0011')
    expect(output).not.toContain(PAN)
    expect((await run(['decode', '--reveal', SALE_HEX])).output).toContain(PAN)
  })

  it('--json --reveal prints every public message as published', async () => {
    const lines = vectorsOf('cup-message').map(({ inputs }) => textOf(inputs, 'hex'))
    const { code, output } = await run(['decode', '--json', '--reveal', '--lines', '-'], lines.join('\n'))
    expect(code).toBe(0)
    const messages = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    for (const [index, { expected }] of vectorsOf('cup-message').entries()) {
      const { dialect, tpdu, header, mti, fields, ...rest } = messages[index]
      expect(rest).toEqual({})
      expect({ dialect, tpdu, mti, fields }).toEqual({
        dialect: 'unionpay-pos',
        tpdu: expected['tpdu'],
        mti: expected['mti'],
        fields: expected['fields'],
      })
      expect(header.toLowerCase()).toBe(textOf(expected, 'header').toLowerCase())
    }
  })

  it('reads ISO 8583:1987 in ASCII, as bytes or as hexadecimal, from standard input', async () => {
    for (const { inputs, expected } of vectorsOf('iso8583-ascii')) {
      for (const text of [textOf(inputs, 'message'), textOf(inputs, 'messageHex')]) {
        const args = ['decode', '--json', '--reveal', '--dialect', 'iso1987-ascii', '-']
        // Digits alone are hexadecimal; a message as text has a letter in it.
        if (/^[0-9A-F]+$/.test(text) && text === inputs['message']) continue
        const { output } = await run(args, text)
        expect(JSON.parse(output)).toEqual({
          dialect: 'iso1987-ascii',
          mti: expected['mti'],
          fields: expected['fields'],
        })
      }
    }
  }, 60_000)

  it('is masked in JSON too', async () => {
    const { output } = await run(['decode', '--json', SALE_HEX])
    expect(output).not.toContain(PAN)
    expect(JSON.parse(output).fields['2']).toBe('621094******0011')
  })

  it.each([
    ['nothing', [''], 2, 'there is no message'],
    ['no hexadecimal', ['xyz'], 2, 'not hexadecimal'],
    ['an odd number of digits', ['020'], 2, 'odd number'],
    ['an unknown dialect', ['--dialect', 'klingon', '0200'], 2, 'klingon'],
    ['a cut frame', [SALE_HEX.slice(0, 200)], 1, 'the length says 148 bytes, 98 follow'],
    ['a frame with something behind it', [`${SALE_HEX}00`], 1, 'the length says 148 bytes, 149 follow'],
    ['a letter among digits', [SALE_HEX.replace('16621094', '16A21094')], 1, 'field 2'],
    ['two specs', ['--dialect', 'unionpay-pos', '--spec', 'x', '00'], 2, 'not both'],
  ])('answers %s with one line', async (_, args, code, message) => {
    const result = await run(['decode', ...args])
    expect(result.code).toBe(code)
    expect(result.errors).toContain(message)
    expect(result.errors.trimEnd().split('\n')).toHaveLength(1)
    expect(result.errors).not.toContain('621094')
  })
})

describe('tillwire encode', () => {
  it('gives back the bytes of what decode printed', async () => {
    for (const id of ['cup-d-sale-mag-pin', 'cup-d-settle', 'cup-d-qr-sale']) {
      const vector = vectorsOf('cup-message').find((each) => each.id === id)
      if (vector === undefined) throw new Error(`no vector ${id}`)
      const { tpdu, header, mti, fields } = vector.expected
      const path = file(`${id}.json`, JSON.stringify({ tpdu, header, mti, fields }))
      const { code, output, errors } = await run(['encode', '--dialect', 'unionpay-pos', path])
      expect(code, errors).toBe(0)
      const hex = output.replace(/\s/g, '')
      expect(textOf(vector.inputs, 'hex').endsWith(hex)).toBe(true)
      expect(hex.length).toBeGreaterThanOrEqual(textOf(vector.inputs, 'hex').length - 4)
    }
  }, 60_000)

  it.each([
    ['no JSON', '{', 'not JSON'],
    ['no message type', '{"fields":{}}', 'mti'],
    ['a field that is no number', '{"mti":"0200","fields":{"two":"1"}}', 'two'],
    ['a masked value', '{"mti":"0200","fields":{"2":"621094******0011"}}', 'masked'],
    ['a value that does not fit', '{"mti":"0200","fields":{"3":"1234567"}}', 'field 3'],
    ['letters in a number', '{"mti":"0200","fields":{"11":"00000A"}}', 'field 11'],
  ])('refuses %s with one line', async (_, content, message) => {
    const path = file('bad.json', content)
    const { code, errors } = await run(['encode', '--dialect', 'unionpay-pos', path])
    expect(code).toBe(2)
    expect(errors).toContain(message)
    expect(errors.trimEnd().split('\n')).toHaveLength(1)
  })

  it('takes a spec of your own: JSON or a jPOS GenericPackager', async () => {
    const packager = file(
      'packager.xml',
      `<?xml version="1.0"?><isopackager>
        <isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFA_NUMERIC"/>
        <isofield id="1" length="8" name="BITMAP" class="org.jpos.iso.IFA_BITMAP"/>
        <isofield id="3" length="6" name="PROCESSING CODE" class="org.jpos.iso.IFA_NUMERIC"/>
        <isofield id="41" length="8" name="TERMINAL" class="org.jpos.iso.IF_CHAR"/>
      </isopackager>`,
    )
    const message = file('echo.json', '{"mti":"0800","fields":{"3":"990000","41":"TERM0001"}}')
    const { code, output, errors } = await run(['encode', '--spec', packager, message])
    expect(code, errors).toBe(0)
    expect(Buffer.from(output.trim(), 'hex').toString('latin1')).toBe('08002000000000800000990000TERM0001')
    const own = file(
      'spec.json',
      JSON.stringify({
        id: 'own',
        mti: 'bcd',
        bitmap: 'binary',
        bits: 64,
        representation: { digits: 'bcd', tracks: 'bcd', bytes: 'binary', prefix: 'bcd' },
        fields: { 3: { format: 'n6', name: 'processingCode', exposure: 'clear' } },
      }),
    )
    const decoded = await run(['decode', '--spec', own, '--json', '08002000000000000000990000'])
    expect(decoded.errors).toBe('')
    expect(JSON.parse(decoded.output)).toEqual({ dialect: 'own', mti: '0800', fields: { 3: '990000' } })

    // One that differs from a built-in dialect in a field: a currency in packed digits, and no field 48.
    const near = file(
      'near.json',
      JSON.stringify({
        id: 'near',
        extends: 'iso1987-binary',
        fields: { 49: { format: 'n3', name: 'currencyCode', exposure: 'clear' }, 48: null },
      }),
    )
    const written = file('near-message.json', '{"mti":"0200","fields":{"3":"000000","49":"156"}}')
    const encoded = await run(['encode', '--spec', near, written])
    expect(encoded.output.trim()).toBe('020020000000000080000000000156')
    const without = await run(['decode', '--spec', near, '--json', '0200000000000001000000023132'])
    expect(without.code).not.toBe(0)
    const wrong = await run(['decode', '--spec', file('far.json', '{"id":"x","extends":"far"}'), '0200'])
    expect(wrong.errors).toContain('extends: is none of unionpay-pos, iso1987-ascii')
  }, 30_000)

  it.each([
    ['<isopackager', 'is not well-formed XML'],
    [
      '<isopackager><isofield id="0" length="4" class="org.jpos.iso.IFE_NUMERIC"/></isopackager>',
      'IFA_NUMERIC or IFB_NUMERIC',
    ],
  ])('names what it can not read in a spec file', async (content, message) => {
    const { code, errors } = await run(['decode', '--spec', file('bad.xml', content), '0800'])
    expect(code).toBe(2)
    expect(errors).toContain(message)
  })
})
