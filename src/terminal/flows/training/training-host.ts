import { asciiToBytes, concatBytes, fromHex } from '../../../base/bytes.ts'
import { invariant } from '../../../base/invariant.ts'
import type { LocalDateTime } from '../../../base/ports.ts'
import type { FieldValue, Message } from '../../../iso8583/message.ts'
import { type CurrencyRate, formatRateEntries } from '../../../iso8583/subfields/rate-table.ts'
import { textField } from '../host-reply.ts'
import type { MessageCodec } from '../terminal-context.ts'

const ENVELOPE_SIZE = 11
const MAC_SIZE = 8
const ECHOED = [3, 4, 11, 41, 42, 49, 60]
/** Field 60.3 of the sign-ins. Source: docs of the UnionPay dialect, 4. */
const SIGN_IN = ['001', '003', '004']
const LINE_TEST_OR_SIGN_OFF = ['301', '002']
/** Field 60.3 of the downloads of rates, and of their ends. */
const RATES = ['392', '393', '366', '367']
/** Made up, and always in force, for cards of the test ranges: in training there is something to choose. */
const TRAINING_RATES = formatRateEntries({
  version: 1,
  base: '156',
  source: 'TRAINING',
  rates: [
    trainingRate('840', '0.14'),
    trainingRate('392', '21'),
    trainingRate('414', '0.043'),
    trainingRate('826', '0.11'),
  ],
  ranges: [
    { prefix: '411111', currency: '840' },
    { prefix: '54133390', currency: '392' },
    { prefix: '47617390010102', currency: '414' },
    { prefix: '41111126', currency: '826' },
  ],
})

function trainingRate(currency: string, rate: string): CurrencyRate {
  return {
    currency,
    rate,
    markupBasisPoints: 300,
    validFrom: '20200101000000',
    validUntil: '20991231235959',
  }
}

/** Three keys with check values, none of them a key: the pad never sees them. */
const NO_KEYS = fromHex('11'.repeat(60))
const STEERED = ['0100', '0200']

/** Eight bytes in the place of a MAC: any change of `data` changes them. No key is used, and none is needed. */
export function trainingMac(data: Uint8Array): Uint8Array {
  let sum = 0x811c9dc5
  for (const byte of data) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0
  return asciiToBytes(sum.toString(16).toUpperCase().padStart(MAC_SIZE, '0'))
}

/**
 * What the host would answer to `frame` if the money were real; undefined when it answers nothing. Amounts steer it as
 * on the test host: 7700.CC is answered CC (10: half is approved), 7703.xx gets no answer. All else is approved.
 */
export function trainingReply(
  codec: MessageCodec,
  frame: Uint8Array,
  localTime: LocalDateTime,
): Uint8Array | undefined {
  const decoded = codec.decode(frame.slice(ENVELOPE_SIZE))
  invariant(decoded.ok, 'the terminal in training wrote a request that it can not read')
  const request = decoded.value
  const code = responseCode(request)
  if (code === undefined) return undefined
  const echoed = Object.fromEntries(
    Object.entries(request.fields).filter(([bit]) => ECHOED.includes(Number(bit))),
  )
  const fields: { [bit: number]: FieldValue } = {
    ...echoed,
    12: digits(localTime.hour, localTime.minute, localTime.second),
    13: digits(localTime.month, localTime.day),
    37: `${textField(request, 60)?.slice(2, 8) ?? '000000'}${textField(request, 11) ?? '000000'}`,
    39: code,
    ...extras(request, code),
  }
  if (request.fields[64] !== undefined) fields[64] = new Uint8Array(MAC_SIZE)
  const mti = String(Number(request.mti) + 10).padStart(4, '0')
  return concatBytes([frame.slice(0, ENVELOPE_SIZE), sealed(codec, { mti, fields })])
}

function sealed(codec: MessageCodec, reply: Message): Uint8Array {
  const encoded = codec.encode(reply)
  invariant(encoded.ok, `a training reply of type ${reply.mti} does not encode`)
  const bytes = encoded.value.slice()
  if (reply.fields[64] !== undefined)
    bytes.set(trainingMac(bytes.subarray(0, bytes.length - MAC_SIZE)), bytes.length - MAC_SIZE)
  return bytes
}

/** Undefined: no answer. */
function responseCode(request: Message): string | undefined {
  if (request.mti === '0800' || request.mti === '0820') {
    const kind = textField(request, 60)?.slice(8, 11) ?? ''
    // There is nothing to load in training, and nobody to tell of the devices.
    if (RATES.includes(kind)) return '00'
    return SIGN_IN.includes(kind) || LINE_TEST_OR_SIGN_OFF.includes(kind) ? '00' : '40'
  }
  const isVoid = textField(request, 61) !== undefined && textField(request, 3)?.startsWith('20') === true
  if (!STEERED.includes(request.mti) || isVoid) return '00'
  const amount = textField(request, 4) ?? ''
  if (/^0{6}7703\d\d$/.test(amount)) return undefined
  return /^0{6}7700\d\d$/.test(amount) ? amount.slice(-2) : '00'
}

function extras(request: Message, code: string): { readonly [bit: number]: FieldValue } {
  if (code === '10') return { 4: '000000385005', 38: authorisation(request) }
  if (code !== '00') return {}
  switch (request.mti) {
    case '0800': {
      const field60 = textField(request, 60) ?? ''
      if (RATES.includes(field60.slice(8, 11)) && request.fields[62] !== undefined)
        return { 62: asciiToBytes(trainingRates()) }
      return SIGN_IN.includes(field60.slice(8, 11)) ? { 62: NO_KEYS } : {}
    }
    case '0500': {
      const totals = textField(request, 48) ?? ''
      return { 48: `${totals.slice(0, 30)}1${totals.slice(31, 61)}1` }
    }
    case '0100':
    case '0200':
      return textField(request, 3) === '310000'
        ? { 54: '1002156C000000123456' }
        : { 38: authorisation(request), 63: 'CUP' }
    default:
      return {}
  }
}

/** The whole list in one page. */
function trainingRates(): string {
  const entries = TRAINING_RATES.map((each) => String(each.length).padStart(2, '0') + each)
  return `1${String(entries.length).padStart(3, '0')}${entries.join('')}`
}

/** `T`, so that nobody takes it for an issuer's. */
function authorisation(request: Message): string {
  return `T${(textField(request, 11) ?? '').slice(-5).padStart(5, '0')}`
}

function digits(...values: readonly number[]): string {
  return values.map((each) => String(each).padStart(2, '0')).join('')
}
