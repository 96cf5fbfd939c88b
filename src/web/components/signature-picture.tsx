import type { Signature } from '../../host/console/api-types/transactions.ts'

/** A signature as it was drawn; dark on white whatever the page's light. */
export function SignaturePicture({
  signature: { widthDots, heightDots, rows },
  label,
}: {
  readonly signature: Signature
  readonly label: string
}) {
  const runs = rows.flatMap((row, y) => row.map(([x, count]) => `M${x} ${y}h${count}v1h-${count}z`))
  return (
    <svg class="signature-picture" viewBox={`0 0 ${widthDots} ${heightDots}`} role="img" aria-label={label}>
      <rect width={widthDots} height={heightDots} fill="#fff" />
      <path d={runs.join('')} fill="#000" shape-rendering="crispEdges" />
    </svg>
  )
}
