import { useSignal } from '@preact/signals'
import type { Inspected, MessagePart } from '../../host/console/api-types/messages.ts'
import { language, t } from '../state/language.ts'
import './inspector.css'

interface Range {
  readonly from: number
  readonly to: number
}

const LINE = 16

/** A message's bytes beside its fields: what the pointer or the focus is on is marked in both. */
export function Inspector({ message }: { readonly message: Inspected }) {
  const marked = useSignal<Range | undefined>(undefined)
  const mark = (range: Range | undefined): void => {
    marked.value = range
  }
  return (
    <div class="inspector">
      <Bytes message={message} marked={marked.value} onMark={mark} />
      <ul class="parts" aria-label={t({ zh: '字段', en: 'Fields' })}>
        {message.parts.map((part) => (
          <Part key={part.place} part={part} marked={marked.value} onMark={mark} depth={0} />
        ))}
      </ul>
    </div>
  )
}

interface BytesProps {
  readonly message: Inspected
  readonly marked: Range | undefined
  readonly onMark: (range: Range | undefined) => void
}

function Bytes({ message, marked, onMark }: BytesProps) {
  const count = Math.ceil(message.bytes.length / LINE)
  return (
    <div class="bytes mono" role="img" aria-label={t({ zh: '报文字节', en: 'Bytes of the message' })}>
      {Array.from({ length: count }, (_, line) => (
        <div key={line} class="bytes-line">
          <span class="offset">{(line * LINE).toString(16).toUpperCase().padStart(4, '0')}</span>
          {message.bytes.slice(line * LINE, (line + 1) * LINE).map((pair, index) => {
            const at = line * LINE + index
            const isMarked = marked !== undefined && at >= marked.from && at < marked.to
            const look = [isMarked ? 'marked' : '', pair.includes('•') ? 'hidden' : ''].join(' ').trim()
            return (
              <span
                key={at}
                class={look === '' ? 'byte' : `byte ${look}`}
                onPointerEnter={() => onMark(deepest(message.parts, at))}
                onPointerLeave={() => onMark(undefined)}
              >
                {pair}
              </span>
            )
          })}
        </div>
      ))}
    </div>
  )
}

/** The smallest part that a byte belongs to. */
function deepest(parts: readonly MessagePart[], at: number): Range | undefined {
  for (const { from, to, children } of parts) {
    if (from === undefined || to === undefined || at < from || at >= to) continue
    return deepest(children, at) ?? { from, to }
  }
  return undefined
}

interface PartProps {
  readonly part: MessagePart
  readonly marked: Range | undefined
  readonly onMark: (range: Range | undefined) => void
  readonly depth: number
}

function Part({ part, marked, onMark, depth }: PartProps) {
  const { place, name, value, from, to, children } = part
  const range = from === undefined || to === undefined ? undefined : { from, to }
  const isMarked =
    range !== undefined && marked !== undefined && marked.from === range.from && marked.to === range.to
  const listeners =
    range === undefined
      ? {}
      : {
          tabIndex: 0,
          onPointerEnter: () => onMark(range),
          onPointerLeave: () => onMark(undefined),
          onFocus: () => onMark(range),
          onBlur: () => onMark(undefined),
        }
  return (
    <li>
      <div class={isMarked ? 'part marked' : 'part'} data-depth={depth} {...listeners}>
        <span class="place mono">{place}</span>
        <span class="name">{name[language.value]}</span>
        <span class="value mono">{value}</span>
      </div>
      {children.length > 0 && (
        <ul>
          {children.map((child, index) => (
            <Part
              key={`${child.place} ${index}`}
              part={child}
              marked={marked}
              onMark={onMark}
              depth={depth + 1}
            />
          ))}
        </ul>
      )}
    </li>
  )
}
