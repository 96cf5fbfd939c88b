import { statfs } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { err, ok, type Result } from '../../../base/result.ts'
import {
  COMMISSIONING_STEPS,
  type CommissioningStep,
  type Reason,
  type StepEvidence,
} from '../../flows/commissioning/step-evidence.ts'
import { EXERCISES } from '../../flows/training/exercises.ts'
import type { Panel } from '../../runtime/terminal-world.ts'
import { activateTerminal } from '../activation-client.ts'
import { saveActivation } from '../activation-place.ts'
import { EvidenceStore } from '../evidence-store.ts'
import type { Terminal } from '../terminal.ts'
import { runCommissioning } from './commissioning-run.ts'
import type { CommissioningEvent, CommissioningSite } from './commissioning-site.ts'
import { type DeliveryParts, deliverEvidence } from './deliver-evidence.ts'
import { DeskPanel } from './desk-panel.ts'
import type { EvidenceAnswer } from './evidence-client.ts'
import { STEP_NAMES } from './step-names.ts'

export interface DeskParts {
  readonly terminal: Pick<Terminal, 'run' | 'state' | 'profile' | 'cancel'>
  readonly panel: Panel
  /** Of the terminal: its evidence is kept there. */
  readonly dataDirectory: string
  /** Undefined where no console is known. */
  readonly consoleUrl: () => string | undefined
  readonly softwareVersion: string
  readonly echoCount: number
  readonly soakSeconds: number
  readonly processOf: CommissioningSite['processOf']
  /** What the soak watches; the resident memory of this process unless it says otherwise. */
  readonly memoryBytes?: CommissioningSite['memoryBytes']
}

/** Undefined evidence: it was not done yet. */
export interface StepState {
  readonly step: CommissioningStep
  readonly evidence: StepEvidence | undefined
}

const CODE_SIZE: readonly [lengthMin: number, lengthMax: number] = [10, 14]

/** Brings a terminal into service from its own screen: code, steps, results, what is missing. One service at a time. */
export class CommissioningDesk {
  readonly #parts: DeskParts
  readonly #panel: DeskPanel
  #isStopped = false
  /** The operator in whose time a supervisor's password was given. */
  #allowedTo: string | undefined

  constructor(parts: DeskParts) {
    this.#parts = parts
    this.#panel = new DeskPanel(parts.panel)
  }

  /** The code is typed, and the terminal becomes what it says. Nothing is changed when it is refused. */
  async activate(): Promise<void> {
    if (this.#parts.consoleUrl() === undefined) return this.#tell(NO_CONSOLE)
    const code = await this.#panel.enter(ENTER_CODE, ...CODE_SIZE)
    if (code === undefined) return
    const activated = await this.activateBy(code)
    await this.#tell(activated.ok ? activated.value : activated.error)
  }

  /** As `activate`, by a code that was given already; what came of it, as a sentence. */
  async activateBy(code: string): Promise<Result<Reason, Reason>> {
    const { terminal, dataDirectory, consoleUrl: consoleOf } = this.#parts
    const consoleUrl = consoleOf()
    if (consoleUrl === undefined) return err(NO_CONSOLE)
    this.#panel.show({ zh: '正在激活', en: 'Activating' })
    const activated = await activateTerminal({ code, consoleUrl, terminal })
    if (!activated.ok) return activated
    saveActivation(dataDirectory, activated.value, consoleUrl)
    const { profile, checkValue } = activated.value
    return ok({
      zh: `已激活为终端 ${profile.terminalId}，主密钥校验值 ${checkValue}`,
      en: `Activated as terminal ${profile.terminalId}, master key check value ${checkValue}`,
    })
  }

  /** The list of steps, behind a supervisor's password, until it is left. */
  async commission(): Promise<void> {
    if (!(await this.#mayCommission())) return
    this.#isStopped = false
    const store = new EvidenceStore(this.#parts.dataDirectory)
    try {
      for (;;) {
        const lines = COMMISSIONING_STEPS.map((step) => lineOf(step, this.#newest(store, step)))
        const chosen = await this.#panel.choose(TITLE, [DO_ALL, ...lines, SEND])
        if (chosen === undefined) return
        const step = COMMISSIONING_STEPS[chosen - 1]
        if (chosen === 0) await this.#perform(store, COMMISSIONING_STEPS, false)
        else if (step === undefined) await this.#send()
        else await this.#one(store, step)
        this.#isStopped = false
      }
    } finally {
      store.close()
    }
  }

  /** Each step with its newest evidence at this terminal. */
  results(): readonly StepState[] {
    const store = new EvidenceStore(this.#parts.dataDirectory)
    try {
      return COMMISSIONING_STEPS.map((step) => ({ step, evidence: this.#newest(store, step) }))
    } finally {
      store.close()
    }
  }

  /** Does `steps`, behind a supervisor's password once for each log-on; undefined when nobody gave it. */
  async perform(steps: readonly CommissioningStep[], again: boolean) {
    const { terminal } = this.#parts
    const isKnown = terminal.state.loggedOn !== undefined && terminal.state.loggedOn === this.#allowedTo
    if (!isKnown && !(await this.#mayCommission())) return undefined
    this.#allowedTo = terminal.state.loggedOn
    this.#isStopped = false
    return this.#withStore((store) => this.#perform(store, steps, again))
  }

  /** What the host says to the evidence: all that it has not seen, or the newest again. A sentence when it can't be asked. */
  async submit(): Promise<Result<EvidenceAnswer, Reason>> {
    const parts = this.#deliveryParts()
    if (parts === undefined) return err(NO_CONSOLE)
    const sent = await this.#withStore((store) => deliverEvidence({ ...parts, store }, true))
    return sent ?? ok({ failed: [], missing: [] })
  }

  /** What the operator who is logged on has done in training. */
  async exercises(): Promise<void> {
    const operator = this.#parts.terminal.state.loggedOn
    const store = new EvidenceStore(this.#parts.dataDirectory)
    const open = operator === undefined ? [] : store.openExercises(operator)
    store.close()
    if (operator === undefined) return this.#tell({ zh: '请先登录', en: 'Log on first' })
    await this.#panel.choose(
      { zh: `操作员 ${operator} 的练习`, en: `Exercises of operator ${operator}` },
      EXERCISES.map(({ id, zh, en }) => {
        const mark = open.includes(id) ? '○' : '✓'
        return { zh: `${mark} ${zh}`, en: `${mark} ${en}` }
      }),
    )
  }

  /** Sends what no host has yet, when a console is known; what can't be sent stays. Undefined: nothing was to be sent. */
  async deliver(): Promise<Result<EvidenceAnswer, Reason> | undefined> {
    const parts = this.#deliveryParts()
    if (parts === undefined || !this.#parts.terminal.state.commissioned) return undefined
    return this.#withStore((store) => deliverEvidence({ ...parts, store }))
  }

  /** The cancel key: ends a question, or the step after its present command. */
  cancel(): void {
    this.#isStopped = true
    this.#panel.cancel()
  }

  /** The power is gone. */
  abandon(): void {
    this.#isStopped = true
    this.#panel.abandon()
  }

  async #tell(text: Reason): Promise<void> {
    await this.#panel.confirm(text)
  }

  async #mayCommission(): Promise<boolean> {
    const { terminal } = this.#parts
    const isLoggedOn = terminal.state.loggedOn !== undefined
    if (!isLoggedOn && (await terminal.run({ kind: 'logOn' })).kind !== 'done') return false
    const { operators, loggedOn } = terminal.state
    const isSupervisor = operators.some(({ number, role }) => number === loggedOn && role === 'supervisor')
    if (!isLoggedOn && isSupervisor) return true
    return (await terminal.run({ kind: 'authorise' })).kind === 'done'
  }

  /** A step that was done shows its result first. */
  async #one(store: EvidenceStore, step: CommissioningStep): Promise<void> {
    const last = this.#newest(store, step)
    if (last !== undefined && !(await this.#panel.confirm(resultOf(last, AGAIN)))) return
    const [evidence] = await this.#perform(store, [step], true)
    if (evidence !== undefined) await this.#tell(resultOf(evidence, { zh: '', en: '' }))
  }

  #perform(store: EvidenceStore, steps: readonly CommissioningStep[], again: boolean) {
    return runCommissioning(this.#site(store), { steps, again })
  }

  async #send(): Promise<void> {
    this.#panel.show({ zh: '正在提交证据', en: 'Sending the evidence' })
    const sent = await this.submit()
    if (!sent.ok) return this.#tell(sent.error)
    const { missing } = sent.value
    if (missing.length === 0) return this.#tell(NOTHING_MISSING)
    await this.#panel.choose({ zh: '启用前还缺', en: 'Missing before it may go live' }, missing)
  }

  #deliveryParts(): Omit<DeliveryParts, 'store'> | undefined {
    const { terminal, softwareVersion, consoleUrl: consoleOf } = this.#parts
    const consoleUrl = consoleOf()
    return consoleUrl === undefined ? undefined : { terminal, consoleUrl, softwareVersion, nowMs: Date.now }
  }

  async #withStore<T>(work: (store: EvidenceStore) => Promise<T>): Promise<T> {
    const store = new EvidenceStore(this.#parts.dataDirectory)
    try {
      return await work(store)
    } finally {
      store.close()
    }
  }

  #newest(store: EvidenceStore, step: CommissioningStep): StepEvidence | undefined {
    const last = store.latest(step)
    const { terminalId } = this.#parts.terminal.profile
    return last?.terminalId === terminalId ? last : undefined
  }

  #site(store: EvidenceStore): CommissioningSite {
    const { terminal, softwareVersion, echoCount, soakSeconds, processOf, dataDirectory } = this.#parts
    const { memoryBytes = () => process.memoryUsage().rss } = this.#parts
    return {
      terminal,
      store,
      customers: {
        serve: async (card, text) => {
          if (card !== undefined && text !== undefined) await this.#next(card, text)
        },
        endPaper: () =>
          this.#tell({
            zh: '请取出打印纸；提示缺纸后装回并重试',
            en: 'Take the paper out; put it back when asked, and retry',
          }),
      },
      softwareVersion,
      nowMs: Date.now,
      elapsedMs: () => performance.now(),
      memoryBytes,
      processOf,
      freeBytes: async () => {
        const { bavail, bsize } = await statfs(dataDirectory)
        return bavail * bsize
      },
      echoCount,
      soakSeconds,
      tell: (event) => this.#progress(event),
      isStopped: () => this.#isStopped,
    }
  }

  async #next(card: 'chip' | 'stripe', text: Reason): Promise<void> {
    const isReady = await this.#panel.confirm({
      zh: `下一项：${text.zh}。准备${card === 'chip' ? '芯片' : '磁条'}测试卡，按确认`,
      en: `Next: ${text.en}. Have the ${card} test card ready, press Enter`,
    })
    if (!isReady) this.#isStopped = true
  }

  #progress(event: CommissioningEvent): void {
    if (event.kind === 'begun') {
      const [zh, en] = STEP_NAMES[event.step]
      this.#panel.show({ zh: `正在进行${zh}`, en: `Under way: ${en}` })
    } else if (event.kind === 'ended') this.#panel.show(resultOf(event.evidence, { zh: '', en: '' }))
  }
}

const TITLE: Reason = { zh: '开通与验收', en: 'Commissioning' }
const DO_ALL: Reason = { zh: '依次完成未通过的步骤', en: 'Do all that has not passed' }
const SEND: Reason = { zh: '提交证据，查看还缺什么', en: 'Send the evidence; what is missing?' }
const AGAIN: Reason = { zh: '。按确认重做', en: '. Enter: do it again' }
const ENTER_CODE: Reason = {
  zh: '请输入激活码（先按数字键，再按 ▲▼ 换成字母）',
  en: 'Activation code (press a digit, then ▲▼ for its letters)',
}
const NO_CONSOLE: Reason = {
  zh: '不知道控制台地址：请用 --console 启动',
  en: 'No console is known: start with --console and its address',
}
const NOTHING_MISSING: Reason = {
  zh: '证据齐全：请在控制台签发验收报告，然后正式启用',
  en: 'Nothing is missing: sign the report in the console, then let the terminal go live',
}

function lineOf(step: CommissioningStep, evidence: StepEvidence | undefined): Reason {
  const [zh, en] = STEP_NAMES[step]
  const mark = evidence === undefined ? '○' : evidence.verdict === 'passed' ? '✓' : '✗'
  return { zh: `${mark} ${zh}`, en: `${mark} ${en}` }
}

function resultOf({ step, verdict, reasons }: StepEvidence, more: Reason): Reason {
  const [zh, en] = STEP_NAMES[step]
  const isPassed = verdict === 'passed'
  const [reason] = reasons
  return {
    zh: `${zh}${isPassed ? '通过' : `未通过：${reason?.zh ?? ''}`}${more.zh}`,
    en: `${en} ${isPassed ? 'passed' : `failed: ${reason?.en ?? ''}`}${more.en}`,
  }
}
