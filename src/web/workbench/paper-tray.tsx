import { useSignal } from '@preact/signals'
import type { WorkbenchState } from '../../workbench/workbench-messages.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { t } from '../state/language.ts'
import { act } from './use-workbench.ts'

const SCALE = 3

/** Slips that were cut off: pictures of the dots that their bytes made. */
export function PaperTray({ printer: { pieces } }: Pick<WorkbenchState, 'printer'>) {
  const shown = useSignal<number | undefined>(undefined)
  const newest = [...pieces].reverse()
  return (
    <Card
      title={t({ zh: '小票', en: 'Slips' })}
      actions={
        <Button disabled={pieces.length === 0} onClick={() => act({ kind: 'tear' })}>
          {t({ zh: '全部撕走', en: 'Tear them off' })}
        </Button>
      }
    >
      {pieces.length === 0 ? (
        <p class="quiet">{t({ zh: '还没有打印。', en: 'Nothing was printed yet.' })}</p>
      ) : (
        <div class="slips">
          {newest.map(({ id, widthPx, heightPx }) => (
            <button
              key={id}
              type="button"
              class={shown.value === id ? 'slip large' : 'slip'}
              aria-pressed={shown.value === id}
              aria-label={t({ zh: `小票 ${id}，点按放大`, en: `Slip ${id}, press for its full size` })}
              onClick={() => (shown.value = shown.value === id ? undefined : id)}
            >
              <img
                src={`/api/workbench/paper/${id}`}
                width={widthPx / SCALE}
                height={heightPx / SCALE}
                alt=""
                loading="lazy"
              />
            </button>
          ))}
        </div>
      )}
    </Card>
  )
}
