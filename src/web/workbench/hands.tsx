import type { ComponentChildren } from 'preact'
import type { WorkbenchState } from '../../workbench/workbench-messages.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { formatTime, type Text, t } from '../state/language.ts'
import { isSoundOn, toggleSound } from './beeper.ts'
import { act } from './use-workbench.ts'

/** What hands can do besides: plugs, paper, line, mains. */
export function Hands({ state }: { readonly state: WorkbenchState }) {
  const { power, line, printer, terminal } = state
  return (
    <Card title={t({ zh: '动手', en: 'Hands' })}>
      <div class="hands">
        <Switchboard name={{ zh: '电源', en: 'Mains' }} badge={<PowerBadge power={power} />}>
          <Button
            kind={power === 'on' ? 'danger' : 'primary'}
            disabled={power === 'starting'}
            onClick={() => act({ kind: 'power', isOn: power !== 'on' })}
          >
            {power === 'on'
              ? t({ zh: '拔掉电源', en: 'Cut the power' })
              : t({ zh: '接通电源', en: 'Power on' })}
          </Button>
        </Switchboard>
        <Switchboard name={{ zh: '到主机的线路', en: 'Line to the host' }} badge={<LineBadge line={line} />}>
          {line === 'up' ? (
            <>
              <Button onClick={() => act({ kind: 'line', state: 'cut' })}>
                {t({ zh: '剪断', en: 'Cut' })}
              </Button>
              <Button onClick={() => act({ kind: 'line', state: 'stalled' })}>
                {t({ zh: '停滞', en: 'Stall' })}
              </Button>
              <Button onClick={() => act({ kind: 'line', state: 'slow' })}>
                {t({ zh: '变慢', en: 'Slow down' })}
              </Button>
              <Button onClick={() => act({ kind: 'line', state: 'loseReply' })}>
                {t({ zh: '丢失下一应答', en: 'Lose the next answer' })}
              </Button>
            </>
          ) : (
            <Button kind="primary" onClick={() => act({ kind: 'line', state: 'up' })}>
              {t({ zh: '恢复', en: 'Restore' })}
            </Button>
          )}
        </Switchboard>
        {!state.isOnBoard && <Devices state={state} />}
        {!state.isOnBoard && <PaperHands printer={printer} />}
        {state.battery !== null && <BatteryHands battery={state.battery} />}
        <Switchboard name={{ zh: '声音', en: 'Sound' }} badge={undefined}>
          <Button onClick={toggleSound}>
            {isSoundOn.value ? t({ zh: '关闭', en: 'Off' }) : t({ zh: '打开', en: 'On' })}
          </Button>
        </Switchboard>
        {terminal.owesReversal && (
          <p class="notice">
            {t({
              zh: '终端欠主机一笔冲正：下一笔联机交易之前发送，或在菜单“管理”中补发。',
              en: 'A reversal is owed: it goes out before the next online transaction, or by Management › Send what is owed.',
            })}
          </p>
        )}
      </div>
    </Card>
  )
}

function PaperHands({ printer }: Pick<WorkbenchState, 'printer'>) {
  return (
    <Switchboard name={{ zh: '打印纸', en: 'Paper' }} badge={<PaperBadge printer={printer} />}>
      {printer.paper === 'ok' && (
        <Button onClick={() => act({ kind: 'paper', state: 'nearEnd' })}>
          {t({ zh: '将尽', en: 'Near its end' })}
        </Button>
      )}
      {printer.paper !== 'ok' ? (
        <Button kind="primary" onClick={() => act({ kind: 'paper', state: 'ok' })}>
          {t({ zh: '装新纸', en: 'New roll' })}
        </Button>
      ) : (
        <>
          <Button onClick={() => act({ kind: 'paper', state: 'end' })}>
            {t({ zh: '取走纸卷', en: 'Take the roll out' })}
          </Button>
          <Button onClick={() => act({ kind: 'paperEndsAfter', lines: 8 })}>
            {t({ zh: '8 行后用完', en: 'Out after 8 lines' })}
          </Button>
        </>
      )}
      <Button onClick={() => act({ kind: 'cover', state: printer.cover === 'open' ? 'closed' : 'open' })}>
        {printer.cover === 'open'
          ? t({ zh: '合上盖', en: 'Close the cover' })
          : t({ zh: '打开盖', en: 'Open the cover' })}
      </Button>
    </Switchboard>
  )
}

const DRAIN_PERCENT = 15

function BatteryHands({
  battery: { percent, isCharging },
}: {
  readonly battery: NonNullable<WorkbenchState['battery']>
}) {
  const tone = percent < 15 ? 'bad' : percent < 30 ? 'warn' : 'good'
  return (
    <Switchboard name={{ zh: '电池', en: 'Battery' }} badge={<Badge tone={tone}>{percent} %</Badge>}>
      <Button onClick={() => act({ kind: 'battery', percent: Math.max(0, percent - DRAIN_PERCENT) })}>
        {t({ zh: `耗电 ${DRAIN_PERCENT} %`, en: `Drain ${DRAIN_PERCENT} %` })}
      </Button>
      <Button onClick={() => act({ kind: 'battery', percent: 100 })}>
        {t({ zh: '充满', en: 'Charge it' })}
      </Button>
      <Button onClick={() => act({ kind: 'battery', isCharging: !isCharging })}>
        {isCharging
          ? t({ zh: '取下充电座', en: 'Out of the cradle' })
          : t({ zh: '放上充电座', en: 'Into the cradle' })}
      </Button>
    </Switchboard>
  )
}

interface SwitchboardProps {
  readonly name: Text
  readonly badge: ComponentChildren
  readonly children: ComponentChildren
}

function Switchboard({ name, badge, children }: SwitchboardProps) {
  return (
    <div class="switch">
      <p class="row">
        <span>{t(name)}</span>
        {badge}
      </p>
      <div class="row">{children}</div>
    </div>
  )
}

function PowerBadge({ power }: Pick<WorkbenchState, 'power'>) {
  if (power === 'on') return <Badge tone="good">{t({ zh: '接通', en: 'On' })}</Badge>
  if (power === 'off') return <Badge tone="bad">{t({ zh: '断开', en: 'Off' })}</Badge>
  return <Badge tone="warn">{t({ zh: '启动中', en: 'Starting' })}</Badge>
}

const LINES: Readonly<Record<WorkbenchState['line'], Text>> = {
  up: { zh: '正常', en: 'Up' },
  cut: { zh: '断开', en: 'Cut' },
  stalled: { zh: '停滞', en: 'Stalled' },
  slow: { zh: '很慢', en: 'Slow' },
  loseReply: { zh: '将丢失应答', en: 'Answer will be lost' },
}

function LineBadge({ line }: Pick<WorkbenchState, 'line'>) {
  return <Badge tone={line === 'up' ? 'good' : line === 'cut' ? 'bad' : 'warn'}>{t(LINES[line])}</Badge>
}

/** How the paper is. */
export function PaperBadge({ printer }: Pick<WorkbenchState, 'printer'>) {
  if (printer.cover === 'open') return <Badge tone="bad">{t({ zh: '盖打开', en: 'Cover open' })}</Badge>
  if (printer.paper === 'end') return <Badge tone="bad">{t({ zh: '缺纸', en: 'Out' })}</Badge>
  if (printer.paper === 'nearEnd') return <Badge tone="warn">{t({ zh: '将尽', en: 'Near its end' })}</Badge>
  return <Badge tone="good">{t({ zh: '有纸', en: 'In' })}</Badge>
}

const DEVICES = [
  ['reader', { zh: '读卡器', en: 'Card reader' }],
  ['pinpad', { zh: '密码键盘', en: 'PIN pad' }],
  ['printer', { zh: '打印机', en: 'Printer' }],
] as const

function Devices({ state }: { readonly state: WorkbenchState }) {
  const isPlugged = {
    reader: state.reader.isPlugged,
    pinpad: state.pinPad.isPlugged,
    printer: state.printer.isPlugged,
  }
  return (
    <>
      {DEVICES.map(([device, name]) => (
        <Switchboard
          key={device}
          name={name}
          badge={
            <Badge tone={isPlugged[device] ? 'good' : 'bad'}>
              {isPlugged[device]
                ? t({ zh: '已连接', en: 'Connected' })
                : t({ zh: '已拔出', en: 'Pulled out' })}
            </Badge>
          }
        >
          <Button onClick={() => act({ kind: isPlugged[device] ? 'unplug' : 'plug', device })}>
            {isPlugged[device] ? t({ zh: '拔线', en: 'Pull the cable' }) : t({ zh: '插线', en: 'Plug in' })}
          </Button>
        </Switchboard>
      ))}
    </>
  )
}

/** What happened, newest first. */
export function Story({ log }: Pick<WorkbenchState, 'log'>) {
  return (
    <Card title={t({ zh: '经过', en: 'What happened' })} flush>
      <section class="story" tabIndex={0} aria-label={t({ zh: '经过', en: 'What happened' })}>
        <ol>
          {[...log].reverse().map(({ id, atMs, text }) => (
            <li key={id}>
              <time>{formatTime(atMs)}</time>
              <span>{t(text)}</span>
            </li>
          ))}
        </ol>
      </section>
    </Card>
  )
}
