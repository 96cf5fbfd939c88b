import type { Random } from '../../src/base/ports.ts'

/** 32 bits that differ at each start of a device. */
export function bootIdFrom(random: Random): number {
  const bytes = random.bytes(4)
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
}
