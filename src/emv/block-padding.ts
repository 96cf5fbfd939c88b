/** `zeros`: to a whole block, nothing when already whole. `80`: always 80, then zeros. */
export type BlockPadding = 'zeros' | '80'

/** Pads to whole 8-byte blocks. Source: ISO/IEC 9797-1, padding methods 1 and 2. */
export function padBlocks(data: Uint8Array, padding: BlockPadding): Uint8Array {
  const used = padding === '80' ? data.length + 1 : data.length
  const padded = new Uint8Array(Math.ceil(used / 8) * 8)
  padded.set(data)
  if (padding === '80') padded[data.length] = 0x80
  return padded
}
