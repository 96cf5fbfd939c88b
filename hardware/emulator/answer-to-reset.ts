/**
 * Whether a reader may go on with a card that answered so: direct or inverse convention, all announced characters
 * there, the check character right. Source: ISO 7816-3, 8.2.
 */
export function isAcceptableAtr(atr: Uint8Array): boolean {
  const [convention, format] = atr
  if (format === undefined || (convention !== 0x3b && convention !== 0x3f)) return false
  let offset = 2
  let present = format >> 4
  let hasCheck = false
  while (present !== 0) {
    offset += bitCount(present & 0b0111)
    if ((present & 0b1000) === 0) break
    const next = atr[offset]
    if (next === undefined) return false
    offset += 1
    if ((next & 0x0f) !== 0) hasCheck = true
    present = next >> 4
  }
  const size = offset + (format & 0x0f) + (hasCheck ? 1 : 0)
  if (atr.length !== size) return false
  return !hasCheck || atr.subarray(1).reduce((check, byte) => check ^ byte, 0) === 0
}

function bitCount(bits: number): number {
  return (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1)
}
