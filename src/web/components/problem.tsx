import { type Text, t } from '../state/language.ts'
import { Button } from './button.tsx'

/** What went wrong while loading, with another try. */
export function Problem({ text, onRetry }: { readonly text: Text; readonly onRetry?: () => void }) {
  return (
    <div class="problem row apart" role="alert">
      <span>{t(text)}</span>
      {onRetry !== undefined && <Button onClick={onRetry}>{t({ zh: '重试', en: 'Try again' })}</Button>}
    </div>
  )
}
