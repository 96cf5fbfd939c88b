import { asciiToBytes, bytesToAscii, concatBytes } from '../../base/bytes.ts'

/** SHA-256 of a package file. */
const ID_SIZE = 32
const RESULT_HEAD_SIZE = 1 + ID_SIZE + 1
const CHUNK_REQUEST_SIZE = 1 + ID_SIZE + 4 + 2

/**
 * Field 62 of 0800/364 and 0800/365 as a terminal sends it. The sources name the codes and leave the body to the acquirer:
 * this one is ours (docs/downloads.md).
 */
export type SoftwareRequest =
  /** Is there a package for me? `version`: the one in force. */
  | { readonly kind: 'question'; readonly version: string }
  /** `size` bytes of package `id` from `offset`. */
  | { readonly kind: 'chunk'; readonly id: Uint8Array; readonly offset: number; readonly size: number }
  /** What came of package `id`; `detail`: its version, or why it was refused. */
  | {
      readonly kind: 'result'
      readonly id: Uint8Array
      readonly isTaken: boolean
      readonly detail: string
    }

/** Field 62 of the answers. */
export type SoftwareReply =
  /** Nothing, or no longer. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'offer'; readonly id: Uint8Array; readonly size: number }
  | { readonly kind: 'data'; readonly offset: number; readonly data: Uint8Array }

export function formatSoftwareRequest(request: SoftwareRequest): Uint8Array {
  switch (request.kind) {
    case 'question':
      return asciiToBytes(`Q${request.version}`)
    case 'chunk': {
      const { id, offset, size } = request
      return concatBytes([asciiToBytes('C'), id, number4(offset), Uint8Array.of(size >> 8, size & 0xff)])
    }
    case 'result':
      return concatBytes([
        asciiToBytes('E'),
        request.id,
        asciiToBytes((request.isTaken ? 'V' : 'R') + request.detail),
      ])
  }
}

/** Undefined for what is none. */
export function parseSoftwareRequest(bytes: Uint8Array): SoftwareRequest | undefined {
  const kind = bytesToAscii(bytes.subarray(0, 1))
  const id = bytes.slice(1, 1 + ID_SIZE)
  if (kind === 'Q') {
    const version = bytesToAscii(bytes.subarray(1))
    return /^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(version) ? { kind: 'question', version } : undefined
  }
  if (kind === 'C' && bytes.length === CHUNK_REQUEST_SIZE) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + 1 + ID_SIZE, 6)
    return { kind: 'chunk', id, offset: view.getUint32(0), size: view.getUint16(4) }
  }
  if (kind !== 'E' || bytes.length < RESULT_HEAD_SIZE) return undefined
  const result = bytesToAscii(bytes.subarray(1 + ID_SIZE, RESULT_HEAD_SIZE))
  const detail = bytesToAscii(bytes.subarray(RESULT_HEAD_SIZE))
  if ((result !== 'V' && result !== 'R') || !/^[\w.]{1,20}$/.test(detail)) return undefined
  return { kind: 'result', id, isTaken: result === 'V', detail }
}

export function formatSoftwareReply(reply: SoftwareReply): Uint8Array {
  switch (reply.kind) {
    case 'nothing':
      return asciiToBytes('0')
    case 'offer':
      return concatBytes([asciiToBytes('1'), reply.id, number4(reply.size)])
    case 'data':
      return concatBytes([asciiToBytes('2'), number4(reply.offset), reply.data])
  }
}

/** Undefined for what is none. */
export function parseSoftwareReply(bytes: Uint8Array): SoftwareReply | undefined {
  const kind = bytesToAscii(bytes.subarray(0, 1))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (kind === '0') return { kind: 'nothing' }
  if (kind === '1' && bytes.length === 1 + ID_SIZE + 4)
    return { kind: 'offer', id: bytes.slice(1, 1 + ID_SIZE), size: view.getUint32(1 + ID_SIZE) }
  if (kind === '2' && bytes.length > 5)
    return { kind: 'data', offset: view.getUint32(1), data: bytes.slice(5) }
  return undefined
}

function number4(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}
