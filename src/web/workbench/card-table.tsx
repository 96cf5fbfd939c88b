import { useSignal } from '@preact/signals'
import type { WorkbenchState } from '../../workbench/workbench-messages.ts'
import { type Text, t } from '../state/language.ts'
import { act } from './use-workbench.ts'

type Card = WorkbenchState['cards'][number]

const NAMES: Readonly<Record<string, Text>> = {
  chip: { zh: '芯片卡', en: 'Chip card' },
  stripe: { zh: '磁条卡', en: 'Stripe card' },
  visa: { zh: 'Visa 外卡', en: 'Visa' },
  mastercard: { zh: '万事达外卡', en: 'Mastercard' },
  usd: { zh: '美元账户外卡', en: 'Billed in dollars' },
  jpy: { zh: '日元账户外卡', en: 'Billed in yen' },
  lost: { zh: '挂失卡', en: 'Reported lost' },
  stolen: { zh: '被盗卡', en: 'Stolen' },
  expired: { zh: '过期卡', en: 'Expired' },
  'no-money': { zh: '余额不足', en: 'No money' },
  limited: { zh: '限额卡', en: 'With limits' },
}

interface Drag {
  readonly card: Card
  readonly x: number
  readonly y: number
  readonly over: string | undefined
}

/** Cards to drag to a slot, or to take by the keyboard: T taps, E taps too shortly, B taps two, I inserts, S swipes, D inserts a dirty one. */
export function CardTable({ state }: { readonly state: WorkbenchState }) {
  const drag = useSignal<Drag | undefined>(undefined)
  const move = (card: Card, event: PointerEvent): void => {
    const place = document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-drop]')
    drag.value = {
      card,
      x: event.clientX,
      y: event.clientY,
      over: place?.getAttribute('data-drop') ?? undefined,
    }
  }
  const drop = (): void => {
    const dropped = drag.value
    drag.value = undefined
    if (dropped?.over !== undefined) present(dropped.card, dropped.over)
  }
  return (
    <section class="card-table" aria-label={t({ zh: '桌上的卡片', en: 'Cards on the table' })}>
      <p class="quiet">
        {t({
          zh: '把卡片拖到挥卡处、插卡口或刷卡槽；或用按钮、键盘（T 挥卡，E 挥卡后过早移开，B 与另一张卡同时挥，I 插卡，S 刷卡，D 脏芯片）。卡片密码 123456。',
          en: 'Drag a card to the place to tap, the chip slot or along the stripe slot, or use the buttons or keys (T tap, E tap and pull away too early, B tap together with another card, I insert, S swipe, D dirty chip). PIN 123456.',
        })}
      </p>
      <ul class="cards">
        {state.cards.map((card) => (
          <li key={card.name} class={state.reader.card === card.name ? 'away' : undefined}>
            <button
              type="button"
              class={`bank-card ${card.scheme}`}
              onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId)
                move(card, event)
              }}
              onPointerMove={(event) => {
                if (drag.value !== undefined) move(card, event)
              }}
              onPointerUp={drop}
              onPointerCancel={() => (drag.value = undefined)}
              onKeyDown={(event) => byKey(card, state.cards, event)}
            >
              <span class="bank-card-name">{t(NAMES[card.name] ?? { zh: card.name, en: card.name })}</span>
              {card.hasChip && <span class="bank-card-chip" aria-hidden="true" />}
              {card.isContactless && (
                <span class="bank-card-waves" aria-hidden="true">
                  )))
                </span>
              )}
              <span class="bank-card-number">{card.number}</span>
            </button>
            <div class="row">
              {card.isContactless && (
                <button
                  type="button"
                  class="button small"
                  onClick={() => act({ kind: 'tap', card: card.name })}
                >
                  {t({ zh: '挥卡', en: 'Tap' })}
                </button>
              )}
              {card.hasChip && (
                <button
                  type="button"
                  class="button small"
                  onClick={() => act({ kind: 'insert', card: card.name })}
                >
                  {t({ zh: '插卡', en: 'Insert' })}
                </button>
              )}
              {card.hasStripe && (
                <button
                  type="button"
                  class="button small"
                  onClick={() => act({ kind: 'swipe', card: card.name })}
                >
                  {t({ zh: '刷卡', en: 'Swipe' })}
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {drag.value !== undefined && <Dragged drag={drag.value} />}
    </section>
  )
}

/** The card under the finger. */
function Dragged({ drag: { card, x, y, over } }: { readonly drag: Drag }) {
  const look = `bank-card ${card.scheme} dragged ${over === undefined ? '' : 'over'}`
  return (
    <div class={look.trim()} style={{ left: `${x}px`, top: `${y}px` }} aria-hidden="true">
      <span class="bank-card-number">{card.number}</span>
    </div>
  )
}

function present(card: Card, place: string): void {
  if (place === 'tap') act({ kind: 'tap', card: card.name })
  if (place === 'chip') act({ kind: 'insert', card: card.name })
  if (place === 'stripe') act({ kind: 'swipe', card: card.name })
}

function byKey(card: Card, cards: readonly Card[], event: KeyboardEvent): void {
  const key = event.key.toLowerCase()
  const other = cards.find(({ name, isContactless }) => isContactless && name !== card.name)
  if (key === 't') act({ kind: 'tap', card: card.name })
  if (key === 'e') act({ kind: 'tap', card: card.name, isEarly: true })
  if (key === 'b' && other !== undefined) act({ kind: 'tap', card: card.name, second: other.name })
  if (key === 'i') act({ kind: 'insert', card: card.name })
  if (key === 's') act({ kind: 'swipe', card: card.name })
  if (key === 'd') act({ kind: 'insert', card: card.name, isDirty: true })
}
