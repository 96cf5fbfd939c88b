import { useEffect, useRef } from 'preact/hooks'
import { t } from '../state/language.ts'
import { act } from './use-workbench.ts'

type Point = [x: number, y: number]

const STROKES_MAX = 40
const POINTS_MAX = 500

/** Where the customer signs, by finger, pen or mouse. Who can't, presses cancel and signs on the slip. */
export function SignaturePad({
  widthDots,
  heightDots,
}: {
  readonly widthDots: number
  readonly heightDots: number
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const strokes = useRef<Point[][]>([])
  const isDrawing = useRef(false)
  useEffect(() => wipe(canvas.current), [])

  const place = (event: PointerEvent): Point => {
    const box = (event.currentTarget as HTMLCanvasElement).getBoundingClientRect()
    const along = (at: number, size: number, dots: number) =>
      Math.max(0, Math.min(dots - 1, Math.floor((at / size) * dots)))
    return [
      along(event.clientX - box.left, box.width, widthDots),
      along(event.clientY - box.top, box.height, heightDots),
    ]
  }
  const begin = (event: PointerEvent): void => {
    if (strokes.current.length >= STROKES_MAX) return
    const pad = event.currentTarget as HTMLCanvasElement
    pad.setPointerCapture(event.pointerId)
    isDrawing.current = true
    const point = place(event)
    strokes.current.push([point])
    draw(pad, point, point)
  }
  const move = (event: PointerEvent): void => {
    const stroke = strokes.current.at(-1)
    const last = stroke?.at(-1)
    if (!isDrawing.current || stroke === undefined || last === undefined) return
    const point = place(event)
    const isSame = point[0] === last[0] && point[1] === last[1]
    if (isSame || stroke.length >= POINTS_MAX) return
    stroke.push(point)
    draw(event.currentTarget as HTMLCanvasElement, last, point)
  }
  const end = (): void => {
    isDrawing.current = false
  }
  const clear = (): void => {
    strokes.current = []
    wipe(canvas.current)
  }
  const done = (): void => {
    if (strokes.current.length > 0) act({ kind: 'sign', strokes: strokes.current })
  }
  return (
    <div class="signature-pad">
      <canvas
        ref={canvas}
        width={widthDots}
        height={heightDots}
        role="img"
        aria-label={t({ zh: '签名区', en: 'Place to sign' })}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
      />
      <div class="signature-deeds">
        <button type="button" onClick={clear}>
          {t({ zh: '重签', en: 'Once more' })}
        </button>
        <button type="button" onClick={done}>
          {t({ zh: '完成签名', en: 'Signed' })}
        </button>
      </div>
    </div>
  )
}

function wipe(canvas: HTMLCanvasElement | null): void {
  const pen = canvas?.getContext('2d')
  if (canvas === null || pen === null || pen === undefined) return
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
}

function draw(canvas: HTMLCanvasElement, [fromX, fromY]: Point, [x, y]: Point): void {
  const pen = canvas.getContext('2d')
  if (pen === null) return
  pen.lineWidth = 2
  pen.lineCap = 'round'
  pen.beginPath()
  pen.moveTo(fromX, fromY)
  pen.lineTo(x, y)
  pen.stroke()
}
