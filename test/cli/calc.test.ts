import { describe, expect, it } from 'vitest'
import { answerLine } from '../../src/cli/calc/json-lines.ts'
import { OPERATIONS } from '../../src/cli/calc/operations.ts'
import { Program } from '../e2e/program.ts'
import { publicVectors } from '../vectors/vectors.ts'
import { runHere } from './run-here.ts'

/** Hexadecimal is hexadecimal in either case: one published header has a lower-case digit. */
function sameCase(value: unknown): unknown {
  if (typeof value === 'string') return /^[0-9A-Fa-f]+$/.test(value) ? value.toUpperCase() : value
  if (Array.isArray(value)) return value.map(sameCase)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, sameCase(each)]))
}

function outputsOf(vector: { readonly id: string; readonly category: string; readonly inputs: unknown }) {
  const answer = answerLine(
    JSON.stringify({ id: vector.id, category: vector.category, inputs: vector.inputs }),
  )
  if ('error' in answer) throw new Error(answer.error)
  return answer
}

describe('calc --json-lines', () => {
  it('knows every category of the public vectors', () => {
    const known = new Set(OPERATIONS.map(({ category }) => category))
    expect(
      [...new Set(publicVectors.map(({ category }) => category))].filter((each) => !known.has(each)),
    ).toEqual([])
  })

  for (const vector of publicVectors) {
    it(`${vector.category}: ${vector.id} (${vector.origin})`, () => {
      const answer = outputsOf(vector)
      expect(answer.id).toBe(vector.id)
      expect(sameCase(answer.outputs)).toMatchObject(sameCase(vector.expected) as object)
    })
  }

  it.each([
    ['not JSON', 'nonsense', { id: null, error: 'the line is not JSON' }],
    ['no parts', '{"id":7}', { id: 7, error: 'the line is no {"id", "category", "inputs"} with its parts' }],
    [
      'an unknown category',
      '{"id":"a","category":"kvc","inputs":{}}',
      { id: 'a', error: 'there is no such category' },
    ],
    ['a missing input', '{"id":"a","category":"kcv","inputs":{}}', { id: 'a', error: 'key is missing' }],
    [
      'a key of a wrong size',
      '{"id":"a","category":"kcv","inputs":{"key":"01234567"}}',
      { id: 'a', error: 'key has 4 bytes, not 8 or 16 or 24' },
    ],
    [
      'what is not hexadecimal',
      '{"id":"a","category":"sm4","inputs":{"key":"xyz","plaintext":"00"}}',
      { id: 'a', error: 'key is not hexadecimal' },
    ],
  ])('answers %s with one sentence', (_, line, answer) => {
    expect(answerLine(line)).toEqual(answer)
  })

  it('takes the algorithm from the inputs, or from the id when they name none', () => {
    const kcv = (id: string, more: object = {}): unknown => {
      const inputs = { key: '2B7E151628AED2A6ABF7158809CF4F3C', ...more }
      const answer = answerLine(JSON.stringify({ id, category: 'kcv', inputs }))
      return 'outputs' in answer ? answer.outputs['kcv3bytes'] : answer.error
    }
    // CMAC of zeros, and the encryption of zeros. Source: NIST SP 800-38B, D.1 (CIPH of the zero block).
    expect(kcv('kcv-aes-1')).toBe('7DF76B')
    expect(kcv('a', { algorithm: 'aes' })).toBe('7DF76B')
    expect(kcv('kcv-aes-cmac-1')).toBe(kcv('a', { algorithm: 'AES-CMAC' }))
    expect(kcv('kcv-tdes-1')).toBe(kcv('a'))
    expect(kcv('a', { algorithm: 'rot13' })).toBe('algorithm is none of tdes, aes-cmac, aes, sm4')
    expect(new Set(['tdes', 'aes', 'aes-cmac', 'sm4'].map((algorithm) => kcv('a', { algorithm }))).size).toBe(
      4,
    )
  })

  it('never throws and never repeats an input in an error', () => {
    const secret = '6210948000000011'
    for (const { category, inputs } of OPERATIONS) {
      const values = Object.fromEntries(inputs.map(([name]) => [name, secret]))
      const answer = answerLine(JSON.stringify({ id: 'x', category, inputs: values }))
      if ('error' in answer) expect(answer.error).not.toContain(secret)
      const broken = Object.fromEntries(inputs.map(([name]) => [name, '00zz']))
      expect(answerLine(JSON.stringify({ id: 'x', category, inputs: broken }))).toHaveProperty('id', 'x')
    }
  })

  it('keeps the order of the lines and goes on after a bad one', async () => {
    const program = new Program(['calc', '--json-lines'])
    const vector = publicVectors[0]
    if (vector === undefined) throw new Error('no vectors')
    const good = JSON.stringify({ id: 'good', category: vector.category, inputs: vector.inputs })
    program.write(`${good}\nbad\n\n${good.replace('"good"', '"again"')}\n`)
    program.end()
    expect(await program.ended()).toBe(1)
    const answers = program.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answers.map(({ id }) => id)).toEqual(['good', null, 'again'])
    expect(answers[0].outputs).toMatchObject(vector.expected)
    expect(program.errors).toBe('tillwire: 1 lines could not be calculated\n')
  })
})

describe('calc for a person', () => {
  const run = async (args: readonly string[], input?: string) => {
    if (input === undefined) return runHere('calc', ...args)
    const program = new Program(['calc', ...args])
    program.write(input)
    program.end()
    return { code: await program.ended(), output: program.output, errors: program.errors }
  }

  it('takes options and prints names and values', async () => {
    const { code, output } = await run(['kcv', '--key', '0123 4567 89AB CDEF'])
    expect(code).toBe(0)
    expect(output).toBe('kcvFull    D5D44FF720683D0D\nkcv4bytes  D5D44FF7\nkcv3bytes  D5D44F\n')
  })

  it('reads a secret from standard input, and prints JSON', async () => {
    const { code, output } = await run(
      ['sm4', '--key', '-', '--plaintext', '0123456789ABCDEFFEDCBA9876543210', '--json'],
      '0123456789ABCDEFFEDCBA9876543210\n',
    )
    expect(code).toBe(0)
    expect(JSON.parse(output)).toEqual({ ciphertext: '681EDF34D206965E86B3E94F536E4246' })
  })

  it('tells a status word in both languages', async () => {
    const { output } = await run(['status-word', '--sw', '6A82'])
    expect(output).toContain('6A82 file or application not found')
    expect(output).toContain('文件或应用未找到')
  })

  // Source: NIST SP 800-38B, D.4 and D.5 (three-key and two-key TDES).
  it('makes the published TDES-CMACs', () => {
    const cmac = (key: string, message: string): unknown => {
      const answer = answerLine(JSON.stringify({ id: 1, category: 'tdes-cmac', inputs: { key, message } }))
      return 'outputs' in answer ? answer.outputs['cmac'] : answer.error
    }
    expect(cmac('8AA83BF8CBDA10620BC1BF19FBB6CD58BC313D4A371CA8B5', '')).toBe('B7A688E122FFAF95')
    expect(cmac('8AA83BF8CBDA10620BC1BF19FBB6CD58BC313D4A371CA8B5', '6BC1BEE22E409F96')).toBe(
      '8E8F293136283797',
    )
    expect(cmac('4CF15134A2850DD58A3D10BA80570D38', '')).toBe('BD2EBF9A3BA00361')
  })

  it('makes and opens a key block', async () => {
    const protection = '0123456789ABCDEFFEDCBA9876543210'
    const key = '11223344556677889900AABBCCDDEEFF'
    const made = await run([
      'key-block',
      '--protection-key',
      protection,
      '--key',
      key,
      '--header',
      'D0000P0TE00N0000',
      '--json',
    ])
    const { keyBlock } = JSON.parse(made.output)
    const opened = await run(['key-block', '--protection-key', protection, '--key-block', keyBlock, '--json'])
    expect(JSON.parse(opened.output)).toMatchObject({ key, usage: 'P0', algorithm: 'T', modeOfUse: 'E' })
  })

  it.each([
    [[], 'say what to calculate'],
    [['kcv'], 'nothing to calculate with'],
    [['kcv', '--key', '12'], 'key has 1 bytes'],
    [['kvc'], "there is no calculation 'kvc'"],
  ])('refuses %j with one line', async (args, message) => {
    const { code, errors } = await run(args)
    expect(code).toBe(2)
    expect(errors).toContain(message)
    expect(errors.trimEnd().split('\n')).toHaveLength(1)
  })
})
