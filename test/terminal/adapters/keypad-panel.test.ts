import { describe, expect, it } from 'vitest'
import { keypadMenu } from '../../../src/terminal/adapters/keypad-menu.ts'
import { type KeypadKey, KeypadPanel, type KeypadView } from '../../../src/terminal/adapters/keypad-panel.ts'
import type { Question, QuestionAnswer } from '../../../src/terminal/flows/screen.ts'
import type { TerminalCommand } from '../../../src/terminal/flows/terminal-command.ts'
import { DEFAULT_PROFILE, type TerminalProfile } from '../../../src/terminal/flows/terminal-profile.ts'

function opened(profile: Partial<TerminalProfile> = { codePayments: ['customerShows', 'merchantShows'] }) {
  const commands: TerminalCommand[] = []
  const views: KeypadView[] = []
  let cancels = 0
  const panel: KeypadPanel = new KeypadPanel({
    run: (command) => commands.push(command),
    cancel: () => cancels++,
    menu: () => keypadMenu({ ...DEFAULT_PROFILE, ...profile }),
    changed: () => views.push(panel.view),
  })
  const press = (text: string): void => {
    for (const key of text.split(' ')) panel.press(key as KeypadKey)
  }
  return { panel, press, commands, views, cancels: () => cancels }
}

function asked(panel: KeypadPanel, question: Question): { answer: QuestionAnswer | undefined } {
  const holder: { answer: QuestionAnswer | undefined } = { answer: undefined }
  panel.ask(question, (answer) => {
    holder.answer = answer
  })
  return holder
}

const ENTER = { kind: 'enter', screen: { id: 'enterPan' }, lengthMin: 4, lengthMax: 19 } as const

describe('the keypad of the terminal', () => {
  it('digits are an amount in minor units; enter begins a sale', () => {
    const { panel, press, commands } = opened()
    press('1 2 3 4')
    expect(panel.view).toMatchObject({ mode: 'idle', entry: '12.34' })
    press('clear 00 enter')
    expect(commands).toEqual([{ kind: 'sale', amountMinor: 12_300 }])
    expect(panel.view.entry).toBe('0.00')
  })

  it('enter without an amount opens the menu; numbers and arrows choose', () => {
    const { panel, press, commands } = opened()
    press('enter')
    expect(panel.view).toMatchObject({ mode: 'menu', chosen: 0 })
    press('4')
    expect(panel.view.options[1]).toEqual({ zh: '预授权撤销', en: 'Cancel' })
    press('down down enter')
    expect(commands).toEqual([{ kind: 'completion' }])
    press('menu 7 cancel cancel')
    expect(panel.view.mode).toBe('idle')
  })

  it('keeps what came of a sale over all that is done for the host afterwards', () => {
    const { panel } = opened()
    const outcome = { id: 'declined', values: { code: '58' } }
    panel.busy = true
    for (const screen of [{ id: 'waitingForHost' }, outcome, { id: 'removeCard' }, { id: 'downloading' }])
      panel.show(screen)
    expect(panel.view.screenId).toBe('downloading')
    panel.show({ id: 'downloaded' })
    panel.busy = false
    expect(panel.view).toMatchObject({ mode: 'idle', screenId: 'declined' })
    panel.busy = true
    for (const id of ['downloading', 'downloaded']) panel.show({ id })
    panel.busy = false
    expect(panel.view.screenId).toBe('downloaded')
  })

  it('shows trouble after a sale rather than the sale', () => {
    const { panel } = opened()
    panel.busy = true
    for (const id of ['approved', 'printing', 'printer.paperEnd']) panel.show({ id })
    panel.busy = false
    expect(panel.view.screenId).toBe('printer.paperEnd')
  })

  it('while the terminal works only cancel does something', () => {
    const { panel, press, commands, cancels } = opened()
    panel.busy = true
    press('1 enter menu cancel')
    expect(commands).toEqual([])
    expect(cancels()).toBe(1)
    expect(panel.view.mode).toBe('busy')
  })

  it('answers each kind of question', () => {
    const { panel, press } = opened()
    const confirmed = asked(panel, { kind: 'confirm', screen: { id: 'confirm' } })
    press('5 enter')
    expect(confirmed.answer).toEqual({ kind: 'confirmed' })
    const options = ['retry', 'skip'].map((id) => ({ id, screen: { id } }))
    const chosen = asked(panel, { kind: 'choose', screen: { id: 'choose' }, options })
    press('2')
    expect(chosen.answer).toEqual({ kind: 'chosen', id: 'skip' })
    const amount = asked(panel, { ...ENTER, input: 'amount', lengthMin: 1 })
    press('5 0 enter')
    expect(amount.answer).toEqual({ kind: 'entered', text: '0.50' })
    const left = asked(panel, { ...ENTER, input: 'digits' })
    press('cancel')
    expect(left.answer).toEqual({ kind: 'cancelled' })
  })

  it('what is too short is no answer', () => {
    const { panel, press } = opened()
    const entered = asked(panel, { ...ENTER, input: 'digits' })
    press('1 2 3 enter')
    expect(entered.answer).toBeUndefined()
    press('4 enter')
    expect(entered.answer).toEqual({ kind: 'entered', text: '1234' })
  })

  it('no row of views tells a typed card number or a password', () => {
    const { panel, press, views } = opened()
    const pan = '6210948000000029'
    const typed = asked(panel, { ...ENTER, input: 'pan' })
    press([...pan].join(' '))
    const shown = views.map(({ entry }) => entry ?? '')
    expect(new Set(shown.map((text) => text.replace(/\*/g, '').length))).toEqual(
      new Set([0, 1, 2, 3, 4, 5, 6]),
    )
    press('enter')
    expect(typed.answer).toEqual({ kind: 'entered', text: pan })
    asked(panel, { ...ENTER, input: 'secret' })
    panel.type('pass1')
    expect(views.at(-1)?.entry).toBe('*****')
  })

  it('is dark and silent after the power went', () => {
    const { panel, press } = opened()
    const holder = asked(panel, { kind: 'confirm', screen: { id: 'confirm' } })
    panel.clear()
    press('cancel')
    expect(holder.answer).toBeUndefined()
    expect(panel.view).toMatchObject({ mode: 'idle', screenId: 'ready' })
  })
})
