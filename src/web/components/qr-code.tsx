import qrcode from 'qrcode-generator'

const QUIET_ZONE = 4

/** A QR code of `text` as the standard draws it, with its quiet zone; dark on white whatever the page's light. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const symbol = qrcode(0, 'M')
  symbol.addData(text)
  symbol.make()
  const count = symbol.getModuleCount()
  const size = count + 2 * QUIET_ZONE
  const squares: string[] = []
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      if (symbol.isDark(row, column)) squares.push(`M${column + QUIET_ZONE} ${row + QUIET_ZONE}h1v1h-1z`)
    }
  }
  return (
    <svg class="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={squares.join('')} fill="#000" shape-rendering="crispEdges" />
    </svg>
  )
}
