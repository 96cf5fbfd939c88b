import { toHex } from '../../base/bytes.ts'
import { decodeTlvs, isConstructed, salvageTlvs, type Tlv } from '../../emv/ber-tlv.ts'
import { describeTlv } from '../../emv/describe-tlv.ts'
import { type DolItem, dolSize, parseDol, splitDol } from '../../emv/dol.ts'
import { tagInfo } from '../../emv/tags.ts'
import { CalcFailure } from './calc-failure.ts'
import { type CalcValue, type Operation, outputs } from './operation.ts'

/** Source: ISO/IEC 8825-1; EMV Book 3, annex B. */
export const TLV: Operation = {
  category: 'tlv',
  zh: 'BER-TLV 解析',
  en: 'BER-TLV taken apart',
  inputs: [
    ['hex', 'the data'],
    ['describe', 'yes: with names, and bits told'],
  ],
  run(inputs) {
    const { items, error } = salvageTlvs(inputs.hex('hex'))
    // What is there of a cut dump is shown; data that begin with no object are no TLV.
    if (error !== undefined && (error.kind !== 'truncated' || items.length === 0))
      throw new CalcFailure(`the data are no BER-TLV: ${error.kind} at byte ${error.offset}`)
    const isDescribed = /^(y|true|1)/i.test(inputs.optionalText('describe') ?? '')
    return outputs({
      items: items.map(({ tag, value }) => [tag, value.length, toHex(value)]),
      truncatedAt: error?.offset,
      description: isDescribed ? items.flatMap((item) => describeItem(item, 0)) : undefined,
    })
  },
}

function describeItem({ tag, value }: Tlv, depth: number): readonly string[] {
  const indent = '  '.repeat(depth)
  const head = `${indent}${tag} ${value.length} ${tagInfo(tag)?.name ?? ''}`.trimEnd()
  const inner = isConstructed(tag) ? decodeTlvs(value) : undefined
  if (inner?.ok === true) return [head, ...inner.value.flatMap((item) => describeItem(item, depth + 1))]
  return [`${head} = ${toHex(value)}`, ...describeTlv(tag, value).map((line) => `${indent}    ${line}`)]
}

const LIST_NAMES = ['cdol1', 'cdol2', 'pdol', 'ddol', 'tdol', 'dol'] as const

/** Source: EMV Book 3, 5.4. */
export const DOL: Operation = {
  category: 'dol',
  zh: 'DOL 解析',
  en: 'a data object list, and the data made by it',
  inputs: [
    ['dol', 'the list; cdol1, cdol2, pdol, ddol in the same way'],
    ['commandData', 'the values that stand for it'],
  ],
  run(inputs) {
    const name = LIST_NAMES.find((each) => inputs.has(each))
    if (name === undefined) throw new CalcFailure('dol is missing')
    const items = parseList(inputs.hex(name), name)
    const data = inputs.optionalHex('commandData') ?? inputs.optionalHex('data')
    return outputs({
      items: items.map(({ tag, size }) => [tag, size]),
      total: dolSize(items),
      values: data && valuesOf(items, data),
    })
  },
}

export function parseList(bytes: Uint8Array, name: string): readonly DolItem[] {
  const items = parseDol(bytes)
  if (!items.ok)
    throw new CalcFailure(`${name} is no list: ${items.error.kind} at byte ${items.error.offset}`)
  return items.value
}

export function valuesOf(items: readonly DolItem[], data: Uint8Array): { readonly [tag: string]: CalcValue } {
  const values = splitDol(items, data)
  if (values === undefined)
    throw new CalcFailure(`the list asks for ${dolSize(items)} bytes, the data have ${data.length}`)
  return Object.fromEntries([...values].map(([tag, value]) => [tag, toHex(value)]))
}
