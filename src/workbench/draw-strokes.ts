import type { SignatureImage } from '../iso8583/subfields/signature-image.ts'

type Point = readonly [x: number, y: number]

/** The dots that a pen leaves: lines from point to point, two dots thick. What lies outside is cut off. */
export function drawStrokes(
  strokes: readonly (readonly Point[])[],
  { widthDots, heightDots }: { readonly widthDots: number; readonly heightDots: number },
): SignatureImage {
  const bits = new Uint8Array((widthDots / 8) * heightDots)
  const dot = (x: number, y: number): void => {
    if (x < 0 || y < 0 || x >= widthDots || y >= heightDots) return
    const place = y * widthDots + x
    bits[place >> 3] = (bits[place >> 3] ?? 0) | (0x80 >> (place & 7))
  }
  for (const stroke of strokes) {
    stroke.forEach(([x, y], index) => {
      const [fromX, fromY] = stroke[index - 1] ?? [x, y]
      const steps = Math.max(1, Math.abs(x - fromX), Math.abs(y - fromY))
      for (let step = 0; step <= steps; step++) {
        const column = Math.round(fromX + ((x - fromX) * step) / steps)
        const row = Math.round(fromY + ((y - fromY) * step) / steps)
        dot(column, row)
        dot(column + 1, row)
        dot(column, row + 1)
      }
    })
  }
  return { widthDots, heightDots, bits }
}
