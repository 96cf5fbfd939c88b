import Iso8583 from 'iso_8583'

/** A sale in the ASCII dialect as npm iso_8583 writes it, without the length before it. */
export function foreignSale(stan: number, amountMinor = 100, pan = '6210948000000011'): Uint8Array {
  const message = new Iso8583({
    0: '0200',
    2: pan,
    3: '000000',
    4: String(amountMinor).padStart(12, '0'),
    7: '1123093000',
    11: String(stan).padStart(6, '0'),
    12: '093000',
    13: '1123',
    14: '3012',
    18: '5999',
    22: '012',
    25: '00',
    41: 'TERM0001',
    42: 'MERCHANT0000001',
    49: '156',
  }).getBufferMessage()
  if (!Buffer.isBuffer(message)) throw new Error(message.error)
  return message.subarray(2)
}
