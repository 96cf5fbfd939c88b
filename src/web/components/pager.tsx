import { formatNumber, t } from '../state/language.ts'
import { query, setQuery } from '../state/router.ts'
import { Button } from './button.tsx'

export const PAGE_SIZE = 50

/** Where the reader is in a long list; the place stands in the address. */
export function pageOffset(): number {
  const offset = Number(query.value.get('offset') ?? 0)
  return Number.isInteger(offset) && offset > 0 ? offset : 0
}

/** Which rows are shown of how many, and the way to the others. */
export function Pager({ total }: { readonly total: number | undefined }) {
  const offset = pageOffset()
  const last = Math.min(offset + PAGE_SIZE, total ?? 0)
  const go = (to: number): void => setQuery({ offset: to > 0 ? String(to) : undefined })
  const shown =
    total === undefined || total === 0
      ? '–'
      : `${formatNumber(offset + 1)}–${formatNumber(last)} / ${formatNumber(total)}`
  return (
    <div class="row apart padded">
      <span class="quiet">{shown}</span>
      <div class="row">
        <Button disabled={offset === 0} onClick={() => go(offset - PAGE_SIZE)}>
          {t({ zh: '上一页', en: 'Back' })}
        </Button>
        <Button disabled={total === undefined || last >= total} onClick={() => go(offset + PAGE_SIZE)}>
          {t({ zh: '下一页', en: 'Next' })}
        </Button>
      </div>
    </div>
  )
}
