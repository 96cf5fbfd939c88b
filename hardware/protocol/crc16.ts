const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021
  return crc
})

/** CRC-16/XMODEM: polynomial 0x1021, initial value 0, not reflected; "123456789" gives 0x31C3. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (let index = 0; index < bytes.length; index++) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >> 8) ^ (bytes[index] as number)] as number)
  }
  return crc
}
