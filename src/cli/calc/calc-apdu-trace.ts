import { z } from 'zod'
import { bytesToAscii, concatBytes, fromHex, toHex } from '../../base/bytes.ts'
import { type CommandApdu, parseCommand, SW, splitResponse } from '../../emv/apdu.ts'
import { decodeTlvs, findTlv } from '../../emv/ber-tlv.ts'
import { CalcFailure } from './calc-failure.ts'
import type { CalcInputs } from './calc-inputs.ts'
import { parseList, valuesOf } from './calc-tlv.ts'
import { type CalcOutputs, type Operation, outputs } from './operation.ts'

const hex = z.string().regex(/^([0-9A-Fa-f]{2})+$/)
const pair = z.object({ c: hex, r: hex })

/** What a card session shows of the card and of its cryptograms. Source: EMV Book 3, 6. */
export const APDU_TRACE: Operation = {
  category: 'apdu-trace',
  zh: 'APDU 记录分析',
  en: 'what a record of APDUs shows',
  inputs: [
    ['apdus', 'list of {"c": command, "r": response} as JSON'],
    ['gpo', 'one {"c", "r"} of GET PROCESSING OPTIONS (contactless), with pdol'],
    ['pdol', 'its list'],
  ],
  run(inputs) {
    if (inputs.has('gpo')) return contactless(inputs)
    const apdus = z.array(pair).safeParse(jsonOf(inputs, 'apdus'))
    if (!apdus.success || apdus.data.length === 0)
      throw new CalcFailure('apdus is no list of {"c", "r"} in hexadecimal')
    return contact(apdus.data.map(exchangeOf))
  },
}

function jsonOf(inputs: CalcInputs, name: string): unknown {
  const value = inputs.raw(name)
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    throw new CalcFailure(`${name} is not JSON`)
  }
}

interface Exchange {
  readonly command: CommandApdu
  readonly data: Uint8Array
  readonly status: number
}

function exchangeOf({ c, r }: z.infer<typeof pair>): Exchange {
  const command = parseCommand(fromHex(c))
  const response = splitResponse(fromHex(r))
  if (command === undefined || response === undefined)
    throw new CalcFailure('an exchange is no short command with its response')
  return { command, ...response }
}

/** Data of GPO and GENERATE AC in format 1 stand without tags. Source: EMV Book 3, 6.5.5.4 and 6.5.8.4. */
function templateValue(data: Uint8Array, tags: readonly (readonly [tag: string, size: number])[]) {
  const found = new Map<string, Uint8Array>()
  const items = decodeTlvs(data)
  const outer = items.ok ? items.value[0] : undefined
  if (outer?.tag === '80') {
    let at = 0
    for (const [tag, size] of tags) {
      const end = size === 0 ? outer.value.length : at + size
      found.set(tag, outer.value.subarray(at, end))
      at = end
    }
  } else {
    for (const [tag] of tags) {
      const value = findTlv(data, tag)
      if (value !== undefined) found.set(tag, value)
    }
  }
  return (tag: string): string | undefined => {
    const value = found.get(tag)
    return value && toHex(value)
  }
}

const GPO_FORMAT = [
  ['82', 2],
  ['94', 0],
] as const
const AC_FORMAT = [
  ['9F27', 1],
  ['9F36', 2],
  ['9F26', 8],
  ['9F10', 0],
] as const
const DIRECTORY = /^[12]PAY\.SYS\.DDF01$/

function contact(exchanges: readonly Exchange[]): CalcOutputs {
  const good = exchanges.filter(({ status }) => status === SW.ok)
  const records = concatBytes(good.filter(({ command }) => command.ins === 0xb2).map(({ data }) => data))
  const selected = good.filter(
    ({ command }) => command.ins === 0xa4 && !DIRECTORY.test(bytesToAscii(command.data)),
  )
  const options = good.find(({ command }) => command.ins === 0xa8)
  const [first, second] = good.filter(({ command }) => command.ins === 0xae)
  const profile = templateValue(options?.data ?? new Uint8Array(0), GPO_FORMAT)
  const one = templateValue(first?.data ?? new Uint8Array(0), AC_FORMAT)
  const two = templateValue(second?.data ?? new Uint8Array(0), AC_FORMAT)
  const record = (tag: string): string | undefined => {
    const value = findTlv(records, tag)
    return value && toHex(value)
  }
  const lastSelected = selected.at(-1)
  return outputs({
    aidSelected: lastSelected && toHex(findTlv(lastSelected.data, '84') ?? lastSelected.command.data),
    aip: profile('82'),
    afl: profile('94'),
    pan: record('5A')?.replace(/F+$/, ''),
    expiry: record('5F24'),
    firstAcCid: one('9F27'),
    atc: one('9F36'),
    arqc: one('9F26'),
    iad9F10: one('9F10'),
    secondAcCid: two('9F27'),
    [two('9F27')?.startsWith('4') === true ? 'tc' : 'secondAc']: two('9F26'),
  })
}

function contactless(inputs: CalcInputs): CalcOutputs {
  const parsed = pair.safeParse(jsonOf(inputs, 'gpo'))
  if (!parsed.success) throw new CalcFailure('gpo is no {"c", "r"} in hexadecimal')
  const { command, data } = exchangeOf(parsed.data)
  const asked = decodeTlvs(command.data)
  const sent = asked.ok ? asked.value.find(({ tag }) => tag === '83')?.value : undefined
  if (sent === undefined) throw new CalcFailure('the command of gpo has no template 83')
  const values = valuesOf(parseList(inputs.hex('pdol'), 'pdol'), sent)
  const reply = (tag: string): string | undefined => {
    const value = findTlv(data, tag)
    return value && toHex(value)
  }
  const date = values['9A']
  return outputs({
    ttq: values['9F66'],
    amount: values['9F02'],
    country: values['9F1A'],
    currency: values['5F2A'],
    date,
    txnType: values['9C'],
    un: values['9F37'],
    aip: reply('82'),
    atc: reply('9F36'),
    ac: reply('9F26'),
    iad: reply('9F10'),
    ctq9F6C: reply('9F6C'),
    offlineBalance9F5D: reply('9F5D'),
    cidImplied: reply('9F27') ?? impliedCid(findTlv(data, '9F10')),
  })
}

/** Without tag 9F27 the card's results tell what the cryptogram is. Source: JR/T 0025.12; Visa VIS 1.5, results. */
function impliedCid(issuerData: Uint8Array | undefined): string | undefined {
  const results = issuerData?.[4]
  if (results === undefined) return undefined
  const kind = (results >> 4) & 3
  const [cid, name] = kind === 2 ? ['80', 'ARQC'] : kind === 1 ? ['40', 'TC'] : ['00', 'AAC']
  return `${cid} (IAD byte 5 CVR ${toHex(Uint8Array.of(results))} -> ${name})`
}
