import type { WorkbenchState } from '../../workbench/workbench-messages.ts'
import { Badge } from '../components/badge.tsx'
import { Card } from '../components/card.tsx'
import { t } from '../state/language.ts'
import { PaperBadge } from './hands.tsx'

/** Devices of a real board: how they are, and where cards, PIN and paper go. */
export function BoardCard({
  state: { reader, pinPad, printer },
}: {
  readonly state: Pick<WorkbenchState, 'reader' | 'pinPad' | 'printer'>
}) {
  const devices = [
    [t({ zh: '读卡器', en: 'Card reader' }), reader.isPlugged],
    [t({ zh: '密码键盘', en: 'PIN pad' }), pinPad.isPlugged],
    [t({ zh: '打印机', en: 'Printer' }), printer.isPlugged],
  ] as const
  return (
    <Card title={t({ zh: '在主板上', en: 'On the board' })}>
      <div class="stack">
        <p class="quiet">
          {t({
            zh: '这台终端用的是真实设备：请在设备上插卡、输入密码、换纸和插拔电缆。本页操作终端的屏幕与按键，并显示打印出的小票。',
            en: 'This terminal has real devices: insert cards, type the PIN, change the paper and pull cables there. This page is the screen and the keys, and shows the slips that are printed.',
          })}
        </p>
        <dl class="pairs">
          {devices.map(([name, isPlugged]) => (
            <>
              <dt>{name}</dt>
              <dd>
                <Badge tone={isPlugged ? 'good' : 'bad'}>
                  {isPlugged
                    ? t({ zh: '已连接', en: 'Connected' })
                    : t({ zh: '未连接', en: 'Not connected' })}
                </Badge>
              </dd>
            </>
          ))}
          <dt>{t({ zh: '打印纸', en: 'Paper' })}</dt>
          <dd>{printer.isPlugged ? <PaperBadge printer={printer} /> : <Badge>–</Badge>}</dd>
        </dl>
      </div>
    </Card>
  )
}
