import type { WorkbenchState } from '../../workbench/workbench-messages.ts'
import { t } from '../state/language.ts'
import { act } from './use-workbench.ts'

const PLACES = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const
const LAST_PLACE = 9

const TITLES = {
  yours: { zh: '请输入密码', en: 'Enter your PIN' },
  others: { zh: '他人正在输入，键盘已遮挡', en: 'Somebody else types: covered' },
  free: { zh: '等待输入密码', en: 'A PIN is awaited' },
} as const

/** The cardholder's pad, for whoever has it in hands. Its digits change places before each PIN; only the place of a touch leaves this page. */
export function PinPad({ pinPad }: { readonly pinPad: WorkbenchState['pinPad'] }) {
  const { layout, digitCount, amountText, lines, isPlugged } = pinPad
  const isEntering = pinPad.isEntering && pinPad.hands === 'yours'
  return (
    <section
      class={['pin-pad', isEntering ? 'active' : '', isPlugged ? '' : 'unplugged'].join(' ').trim()}
      aria-label={t({ zh: '密码键盘', en: 'PIN pad' })}
    >
      <div class="pin-display" role="status">
        {pinPad.isEntering ? (
          <>
            <span>{amountText}</span>
            <span>{t(TITLES[pinPad.hands])}</span>
            <span class="pin-dots" aria-hidden="true">
              {'●'.repeat(digitCount) || '\u00a0'}
            </span>
            <span class="visually-hidden">
              {t({ zh: `已输入 ${digitCount} 位`, en: `${digitCount} digits` })}
            </span>
          </>
        ) : (
          <span>{isPlugged ? lines.join(' ') || '—' : t({ zh: '未连接', en: 'Not connected' })}</span>
        )}
      </div>
      {pinPad.isEntering && pinPad.hands === 'free' && (
        <button type="button" class="pin-take" onClick={() => act({ kind: 'takePad' })}>
          {t({ zh: '由我输入密码', en: 'I type the PIN' })}
        </button>
      )}
      <div class="pin-keys">
        {PLACES.map((place) => (
          <PinKey key={place} place={place} digit={layout[place]} />
        ))}
        <button
          type="button"
          class="key cancel"
          disabled={!isEntering}
          aria-label={t({ zh: '取消密码', en: 'Cancel the PIN' })}
          onClick={() => act({ kind: 'pad', place: 'cancel' })}
        >
          ✕
        </button>
        <PinKey place={LAST_PLACE} digit={layout[LAST_PLACE]} />
        <button
          type="button"
          class="key clear"
          disabled={!isEntering}
          aria-label={t({ zh: '清除密码', en: 'Clear the PIN' })}
          onClick={() => act({ kind: 'pad', place: 'clear' })}
        >
          ⌫
        </button>
        <button
          type="button"
          class="key enter wide"
          disabled={!isEntering}
          aria-label={t({ zh: '确认密码', en: 'Confirm the PIN' })}
          onClick={() => act({ kind: 'pad', place: 'enter' })}
        >
          ✓
        </button>
      </div>
    </section>
  )
}

function PinKey({ place, digit }: { readonly place: number; readonly digit: string | undefined }) {
  return (
    <button
      type="button"
      class="key"
      disabled={digit === undefined}
      aria-label={digit ?? t({ zh: '空键', en: 'blank key' })}
      onClick={() => act({ kind: 'pad', place })}
    >
      {digit ?? '·'}
    </button>
  )
}
