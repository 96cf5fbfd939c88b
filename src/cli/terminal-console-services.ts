import { isActivated } from '../terminal/adapters/activation-place.ts'
import type { CommissioningDesk, StepState } from '../terminal/adapters/commissioning/commissioning-desk.ts'
import { STEP_NAMES } from '../terminal/adapters/commissioning/step-names.ts'
import { EvidenceStore } from '../terminal/adapters/evidence-store.ts'
import type { Terminal } from '../terminal/adapters/terminal.ts'
import {
  COMMISSIONING_STEPS,
  type CommissioningStep,
  type Reason,
  type StepEvidence,
} from '../terminal/flows/commissioning/step-evidence.ts'
import { EXERCISES } from '../terminal/flows/training/exercises.ts'
import { figuresText, markOf } from './commission/commission-output.ts'
import type { Text } from './terminal-console-arguments.ts'

/** What came of a service, for a person and for a program. */
export interface ServiceReport {
  readonly isDone: boolean
  readonly lines: readonly Text[]
  readonly facts: { readonly [name: string]: unknown }
  /** The terminal is another one now: it is opened anew. */
  readonly isReborn?: true
}

export interface CommissionRequest {
  /** Undefined: only look. */
  readonly step?: CommissioningStep | 'all'
  /** Do again what passed before. */
  readonly again: boolean
}

/** What a console offers beside the commands of its terminal. */
export interface ConsoleServices {
  activate(code: string): Promise<ServiceReport>
  commission(request: CommissionRequest): Promise<ServiceReport>
  /** Ctrl-C. */
  cancel(): void
}

export interface ServiceParts {
  readonly terminal: Terminal
  readonly desk: CommissioningDesk
  readonly dataDirectory: string
  readonly isTraining: boolean
}

/** Brings a terminal into service from its console, by the desk that the terminal's own screen has too. */
export class TerminalServices implements ConsoleServices {
  readonly #parts: ServiceParts

  constructor(parts: ServiceParts) {
    this.#parts = parts
  }

  async activate(code: string): Promise<ServiceReport> {
    const { terminal, desk, dataDirectory, isTraining } = this.#parts
    if (isTraining) return refusal(NOT_IN_TRAINING)
    const { terminalId } = terminal.profile
    if (isActivated(terminal.state, dataDirectory))
      return refusal({
        zh: `本机已激活为终端 ${terminalId}，不再需要激活码；更换主密钥请用 tillwire terminal activate`,
        en: `this is terminal ${terminalId} already, and needs no code; tillwire terminal activate brings a new master key in`,
      })
    const activated = await desk.activateBy(code)
    if (!activated.ok) return refusal(activated.error)
    return {
      isDone: true,
      lines: [activated.value, NEXT],
      facts: { activated: terminal.profile.terminalId },
      isReborn: true,
    }
  }

  async commission({ step, again }: CommissionRequest): Promise<ServiceReport> {
    const { terminal, desk, isTraining } = this.#parts
    if (isTraining) return this.#exercises()
    if (!terminal.state.commissioned) return refusal(ACTIVATE_FIRST)
    if (step === undefined) return this.#overview()
    const done = await desk.perform(step === 'all' ? COMMISSIONING_STEPS : [step], again)
    if (done === undefined) return refusal(NO_SUPERVISOR)
    if (done.length === 0) return refusal(STOPPED)
    const asked = await this.#ask()
    const isPassed = done.every(({ verdict }) => verdict === 'passed')
    return {
      isDone: isPassed && asked.isGood,
      lines: [...done.flatMap(linesOf), ...asked.lines],
      facts: { steps: done.map(factsOf), ...asked.facts },
    }
  }

  cancel(): void {
    this.#parts.desk.cancel()
  }

  /** The steps as they stand, and what the host says is missing. */
  async #overview(): Promise<ServiceReport> {
    const states = this.#parts.desk.results()
    const isBegun = states.some(({ evidence }) => evidence !== undefined)
    const asked = isBegun ? await this.#ask() : { lines: [], facts: {} }
    return {
      isDone: true,
      lines: [...states.flatMap(stateLines), ...asked.lines, HOW],
      facts: {
        steps: states.map(({ step, evidence }) =>
          evidence === undefined ? { step, verdict: 'open' } : factsOf(evidence),
        ),
        ...asked.facts,
      },
    }
  }

  /** Shows the host what there is; without one the evidence stays here. */
  async #ask(): Promise<Pick<ServiceReport, 'lines' | 'facts'> & { readonly isGood: boolean }> {
    const sent = await this.#parts.desk.submit()
    if (!sent.ok) {
      const { zh, en } = sent.error
      const line = { zh: `证据未提交：${zh}`, en: `the evidence was not sent: ${en}` }
      return { lines: [line], facts: { submitted: false }, isGood: false }
    }
    const { missing, failed } = sent.value
    const head = missing.length === 0 ? NOTHING_MISSING : MISSING
    const lines = missing.map(({ zh, en }) => ({ zh: `  - ${zh}`, en: `  - ${en}` }))
    return {
      lines: [head, ...lines],
      facts: { submitted: true, missing, failed },
      isGood: failed.length === 0,
    }
  }

  /** What whoever is logged on has done, and has to do. */
  #exercises(): ServiceReport {
    const { terminal, dataDirectory } = this.#parts
    const operator = terminal.state.loggedOn
    if (operator === undefined) return refusal(LOG_ON_FIRST)
    const store = new EvidenceStore(dataDirectory)
    const open = store.openExercises(operator)
    store.close()
    const lines = EXERCISES.map(({ id, zh, en }, index): Text => {
      const mark = open.includes(id) ? '○' : '✓'
      return { zh: `${mark} ${index + 1}  ${zh}`, en: `${mark} ${index + 1}  ${en}` }
    })
    return {
      isDone: true,
      lines: [{ zh: `操作员 ${operator} 的练习`, en: `exercises of operator ${operator}` }, ...lines],
      facts: { operator, open },
    }
  }
}

function refusal(text: Text): ServiceReport {
  return { isDone: false, lines: [text], facts: { reason: text } }
}

function factsOf({ raw: _, ...evidence }: StepEvidence): Omit<StepEvidence, 'raw'> {
  return evidence
}

function stateLines({ step, evidence }: StepState, index: number): readonly Text[] {
  if (evidence !== undefined) return linesOf(evidence)
  const [zh, en] = STEP_NAMES[step]
  return [{ zh: `○ ${index + 1}  ${zh}`, en: `○ ${index + 1}  ${en}` }]
}

function linesOf(evidence: StepEvidence): readonly Text[] {
  const [zh, en] = STEP_NAMES[evidence.step]
  const head = `${markOf(evidence) === 'ok' ? '✓' : '✗'} ${COMMISSIONING_STEPS.indexOf(evidence.step) + 1}`
  const figures = figuresText(evidence)
  const reasons = evidence.reasons.map(
    (reason: Reason): Text => ({ zh: `    ${reason.zh}`, en: `    ${reason.en}` }),
  )
  return [{ zh: `${head}  ${zh}  ${figures}`, en: `${head}  ${en}  ${figures}` }, ...reasons]
}

const NOT_IN_TRAINING: Text = {
  zh: '训练模式下不能激活：请退出，不带 --training 重新启动',
  en: 'a terminal in training is not activated: quit, and start it without --training',
}
const ACTIVATE_FIRST: Text = {
  zh: '终端尚未开通：先用 activate 输入激活码',
  en: 'this terminal is still in its box: activate CODE first',
}
const NEXT: Text = {
  zh: '接下来：commission 查看验收步骤',
  en: 'next: commission shows the steps before it goes live',
}
const NO_SUPERVISOR: Text = { zh: '需要主管密码', en: "a supervisor's password is needed" }
const STOPPED: Text = { zh: '已中止，没有留下结果', en: 'stopped, nothing was kept' }
const LOG_ON_FIRST: Text = { zh: '请先登录：login', en: 'log on first: login' }
const MISSING: Text = { zh: '启用前还缺：', en: 'missing before it may go live:' }
const NOTHING_MISSING: Text = {
  zh: '证据齐全：请在控制台签发验收报告，然后正式启用',
  en: 'nothing is missing: sign the report in the console, then let the terminal go live',
}
const HOW: Text = {
  zh: `做一步：commission ${COMMISSIONING_STEPS[0]}（或 1）；做完其余：commission all；培训：tillwire terminal --training`,
  en: `one step: commission ${COMMISSIONING_STEPS[0]} (or 1); all that has not passed: commission all; exercises: tillwire terminal --training`,
}
