import { describe, expect, it } from 'vitest'
import { compileSpec } from '../../src/iso8583/compile.ts'
import { ISO1987_ASCII } from '../../src/iso8583/specs/iso1987-ascii.ts'
import { targetCast } from '../../src/load/target/target-cast.ts'
import { parseTarget } from '../../src/load/target/target-file.ts'
import { TINY_TARGET } from './tiny-host.ts'

const { sale } = TINY_TARGET.messages

function withMessage(changes: object): object {
  return { ...TINY_TARGET, messages: { sale: { ...sale, ...changes } } }
}

function withFields(changes: object): object {
  return withMessage({ fields: { ...sale.fields, ...changes } })
}

function complaintOf(content: unknown): string {
  const target = parseTarget(content)
  if (!target.ok) return target.error
  const options = { index: 0, workers: 1, seed: 1, firstNumber: 1, mix: undefined, chips: new Map() }
  const cast = targetCast({ ...options, target: target.value, codec: compileSpec(ISO1987_ASCII) })
  return cast.ok ? '' : cast.error
}

describe('target file', () => {
  it('a right one is taken', () => {
    expect(complaintOf(TINY_TARGET)).toBe('')
  })

  it.each([
    ['a format of something else', { ...TINY_TARGET, format: 'x' }, 'format: must be tillwire-target-1'],
    ['an unknown prefix', { ...TINY_TARGET, prefix: 'long' }, /^prefix: must be one of binary2, /],
    ['no field to match', { ...TINY_TARGET, match: [] }, 'match: needs at least one field'],
    [
      'a short PAN',
      { ...TINY_TARGET, cards: [{ pan: '411', expiry: '3012' }] },
      'cards.0.pan: must be 12 to 19 digits',
    ],
    [
      'a wrong check digit',
      { ...TINY_TARGET, cards: [{ pan: '4111111111111112', expiry: '3012' }] },
      'cards.0.pan: has a wrong check digit',
    ],
    [
      'a card of no test range',
      { ...TINY_TARGET, cards: [{ pan: '4539578763621486', expiry: '3012' }] },
      /^cards\.0\.pan: is in no range of published test cards/,
    ],
    ['an unknown member', { ...TINY_TARGET, speed: 1 }, /speed/],
    [
      'a field that is no number',
      withFields({ amount: '1' }),
      'messages.sale.fields.amount: a field is a number from 2 to 128',
    ],
    [
      'a template without a form',
      withFields({ 4: {} }),
      /^messages\.sale\.fields\.4: must have one of its forms/,
    ],
    [
      'an unknown source',
      withFields({ 4: { from: 'moon' } }),
      /^messages\.sale\.fields\.4: from must be one of stan, /,
    ],
    ['a list', withFields({ 4: [] }), /^messages\.sale\.fields\.4: must be "text"/],
    [
      'a join with a mistake',
      withFields({ 4: { join: ['1', { hex: 'xyz' }] } }),
      'messages.sale.fields.4: join.1 hex must be an even number of hexadecimal digits',
    ],
    [
      'a reference to nothing',
      withMessage({ of: 'nothing' }),
      'messages.sale.of: there is no message nothing',
    ],
    [
      'a matching field that is not sent',
      withMessage({ fields: { 3: '000000', 41: { from: 'tid' } } }),
      'messages.sale.fields: field 11 is missing, by which its reply is found',
    ],
    ['no weight', withMessage({ weight: 0 }), 'messages: at least one needs a weight above 0'],
    [
      'a field too long for its dialect',
      withFields({ 49: '15600' }),
      'messages.sale.fields.49: iso1987-ascii takes 3 characters there (an, ascii); 5 given',
    ],
    [
      'letters in a number',
      withFields({ 3: 'ABCDEF' }),
      /^messages\.sale\.fields\.3: .* takes 6 digits there .*other characters$/,
    ],
    [
      'a PIN block without a key',
      withFields({ 52: { from: 'pinBlock' } }),
      'messages.sale.fields: a PIN block needs pin.key and a pin of each card',
    ],
    [
      'a MAC key of a wrong size',
      { ...TINY_TARGET, mac: { algorithm: 'x9.19', key: '0123456789ABCDEF', field: 64 } },
      'mac.key: x9.19 takes 16 bytes',
    ],
  ])('%s is refused with its place', (_name, content, complaint) => {
    if (typeof complaint === 'string') expect(complaintOf(content)).toBe(complaint)
    else expect(complaintOf(content)).toMatch(complaint)
  })
})
