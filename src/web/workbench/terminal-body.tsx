import { useEffect, useRef } from 'preact/hooks'
import type { WorkbenchDeed, WorkbenchState } from '../../workbench/workbench-messages.ts'
import { QrCode } from '../components/qr-code.tsx'
import { type Text, t } from '../state/language.ts'
import { SignaturePad } from './signature-pad.tsx'
import { act } from './use-workbench.ts'

type Key = Extract<WorkbenchDeed, { kind: 'key' }>['key']

/** The terminal itself: paper, display, keys and the slot below. */
export function TerminalBody({ state }: { readonly state: WorkbenchState }) {
  return (
    <section
      class={state.power === 'on' ? 'device' : 'device dark'}
      aria-label={t({ zh: '终端', en: 'Terminal' })}
    >
      <PaperSlot state={state} />
      <Display state={state} />
      <Lights state={state} />
      {!state.isOnBoard && <TapSpot state={state} />}
      <Keypad isOn={state.power === 'on'} />
      {!state.isOnBoard && <ChipSlot state={state} />}
    </section>
  )
}

/** The last slip hangs from the printer; the others lie beside it. */
function PaperSlot({ state: { printer } }: { readonly state: WorkbenchState }) {
  const last = printer.pieces.at(-1)
  return (
    <div class={printer.isPlugged ? 'printer' : 'printer unplugged'}>
      <div class="paper-window">
        {last !== undefined && (
          <img
            key={last.id}
            class="paper-slip"
            src={`/api/workbench/paper/${last.id}`}
            width={last.widthPx / 3}
            height={last.heightPx / 3}
            alt={t({ zh: '最后一张小票', en: 'The last slip' })}
          />
        )}
      </div>
      <div class={printer.cover === 'open' ? 'printer-mouth open' : 'printer-mouth'} />
    </div>
  )
}

function Display({ state }: { readonly state: WorkbenchState }) {
  const { display, power, terminal, line } = state
  const chosen = useRef<HTMLLIElement>(null)
  useEffect(() => chosen.current?.scrollIntoView({ block: 'nearest' }), [display.chosen, display.options])
  if (power !== 'on')
    return (
      <div class="display off" role="status">
        {power === 'starting'
          ? t({ zh: '正在启动……', en: 'Starting …' })
          : t({ zh: '无电源', en: 'No power' })}
      </div>
    )
  return (
    <div class="display" role="status" aria-live="polite">
      <div class="display-bar">
        <span>{terminal.tid}</span>
        <span>{terminal.operator === null ? '--' : terminal.operator}</span>
        <span class={line === 'up' ? undefined : 'display-alarm'}>{line === 'up' ? '⇅' : '⤫'}</span>
      </div>
      <p class={`display-title ${display.mode}`}>{t(display.title)}</p>
      {display.code !== null && (
        <QrCode text={display.code} label={t({ zh: '收款码', en: 'Code to pay by' })} />
      )}
      {display.signing !== null && <SignaturePad {...display.signing} />}
      {display.options.length > 0 && (
        <ol class="display-options">
          {display.options.map((option, index) => (
            <li
              key={option.en}
              ref={index === display.chosen ? chosen : null}
              class={index === display.chosen ? 'chosen' : undefined}
            >
              <button type="button" tabIndex={-1} onClick={() => choose(index)}>
                <span>{index < 9 ? index + 1 : '·'}</span>
                {t(option)}
              </button>
            </li>
          ))}
        </ol>
      )}
      {display.entry !== null && <p class="display-entry">{display.entry || '\u00a0'}</p>}
      <p class="display-hint">{t(display.signing === null ? hintOf(display.mode) : SIGN_HINT)}</p>
    </div>
  )
}

/** A touch on a line is the key with its number. */
function choose(index: number): void {
  if (index < 9) act({ kind: 'key', key: String(index + 1) as Key })
}

const HINTS: Readonly<Record<WorkbenchState['display']['mode'], Text>> = {
  idle: { zh: '输入金额后按确认 · 菜单', en: 'Type an amount, then Enter · Menu' },
  ask: { zh: '确认 · 取消', en: 'Enter · Cancel' },
  menu: { zh: '按数字选择 · 取消返回', en: 'Press a number · Cancel goes back' },
  busy: { zh: '请稍候', en: 'Please wait' },
}

const SIGN_HINT: Text = { zh: '取消则在签购单上签名', en: 'Cancel: sign on the slip' }

function hintOf(mode: WorkbenchState['display']['mode']): Text {
  return HINTS[mode]
}

function Lights({ state: { reader, beep, power } }: { readonly state: WorkbenchState }) {
  const isWanted = power === 'on' && reader.lamp === 'cardWanted'
  const isTake = power === 'on' && reader.lamp === 'takeCard'
  return (
    <div class="lights" aria-hidden="true">
      <span class={power === 'on' ? 'light power on' : 'light power'} />
      <span class={isWanted ? 'light wanted on' : 'light wanted'} />
      <span class={isTake ? 'light take on' : 'light take'} />
      <span key={beep.count} class={`speaker ${beep.kind}`} />
    </div>
  )
}

const KEYS: readonly (readonly [key: Key, sign: string, label: Text, look: string])[] = [
  ['menu', '☰', { zh: '菜单', en: 'Menu' }, 'function'],
  ['up', '▲', { zh: '上', en: 'Up' }, 'function'],
  ['down', '▼', { zh: '下', en: 'Down' }, 'function'],
  ['1', '1', { zh: '1', en: '1' }, ''],
  ['2', '2', { zh: '2', en: '2' }, ''],
  ['3', '3', { zh: '3', en: '3' }, ''],
  ['4', '4', { zh: '4', en: '4' }, ''],
  ['5', '5', { zh: '5', en: '5' }, ''],
  ['6', '6', { zh: '6', en: '6' }, ''],
  ['7', '7', { zh: '7', en: '7' }, ''],
  ['8', '8', { zh: '8', en: '8' }, ''],
  ['9', '9', { zh: '9', en: '9' }, ''],
  ['00', '00', { zh: '00', en: '00' }, ''],
  ['0', '0', { zh: '0', en: '0' }, ''],
  ['clear', '⌫', { zh: '清除', en: 'Clear' }, 'clear'],
  ['cancel', '✕', { zh: '取消', en: 'Cancel' }, 'cancel'],
  ['enter', '✓', { zh: '确认', en: 'Enter' }, 'enter'],
]

function Keypad({ isOn }: { readonly isOn: boolean }) {
  return (
    <fieldset class="keypad" aria-label={t({ zh: '终端键盘', en: 'Keys of the terminal' })}>
      {KEYS.map(([key, sign, label, look]) => (
        <button
          key={key}
          type="button"
          class={`key ${look}`.trim()}
          aria-label={t(label)}
          disabled={!isOn}
          onClick={() => act({ kind: 'key', key })}
        >
          {sign}
        </button>
      ))}
    </fieldset>
  )
}

const LIGHTS = [0, 1, 2, 3] as const

/** Where a card is held: the sign for it, and four lights that tell how far the reading is. */
function TapSpot({ state: { reader, power } }: { readonly state: WorkbenchState }) {
  const lights = power === 'on' && reader.isPlugged ? reader.lights : 0
  const isOn = power === 'on' && reader.isPlugged && reader.isFieldOn
  return (
    <div class={isOn ? 'tap-spot on' : 'tap-spot'} data-drop="tap">
      <div
        class="tap-lights"
        role="img"
        aria-label={t({
          zh: `非接读卡器亮灯 ${LIGHTS.filter((light) => (lights >> light) & 1).length} 个`,
          en: `Lights of the contactless reader: ${LIGHTS.filter((light) => (lights >> light) & 1).length}`,
        })}
      >
        {LIGHTS.map((light) => (
          <span key={light} class={(lights >> light) & 1 ? 'tap-light on' : 'tap-light'} />
        ))}
      </div>
      <svg class="tap-sign" viewBox="0 0 40 26" aria-hidden="true">
        {[0, 1, 2, 3].map((wave) => (
          <path key={wave} d={waveOf(wave)} />
        ))}
      </svg>
      <span>{t({ zh: '挥卡处', en: 'Tap here' })}</span>
    </div>
  )
}

/** One of the arcs of the sign, the smallest first. */
function waveOf(wave: number): string {
  const x = 6 + wave * 8
  const half = 4 + wave * 2.4
  return `M ${x} ${13 - half} A ${half * 1.3} ${half * 1.3} 0 0 1 ${x} ${13 + half}`
}

function ChipSlot({ state: { reader, cards } }: { readonly state: WorkbenchState }) {
  const card = cards.find(({ name }) => name === reader.card)
  const lamp = { off: '', cardWanted: 'wanted', takeCard: 'free' }[reader.lamp]
  return (
    <div class={['chip-slot', lamp, reader.isPlugged ? '' : 'unplugged'].join(' ').trim()} data-drop="chip">
      <span>{t({ zh: '插卡口', en: 'Chip' })}</span>
      {reader.card !== null && (
        <button
          type="button"
          class={`card-end ${card?.scheme ?? ''}`}
          onClick={() => act({ kind: 'remove' })}
        >
          {t({ zh: '取出卡片', en: 'Take the card out' })}
        </button>
      )}
    </div>
  )
}
