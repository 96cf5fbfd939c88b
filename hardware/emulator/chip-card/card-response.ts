import { concatBytes } from '../../../src/base/bytes.ts'
import { SW } from '../../../src/emv/apdu.ts'

/** Response data with their status word. */
export function respond(status: number, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  return concatBytes([data, Uint8Array.of(status >> 8, status & 0xff)])
}

export function respondOk(data?: Uint8Array): Uint8Array {
  return respond(SW.ok, data)
}
