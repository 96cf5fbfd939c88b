import { FUNCTION_SCRIPT, type FunctionCase } from '../../flows/commissioning/function-script.ts'
import { judgeNetwork } from '../../flows/commissioning/judge-network.ts'
import { judgeTerminalSoak, type TerminalSample } from '../../flows/commissioning/judge-soak.ts'
import {
  type CommissioningStep,
  judged,
  type Reason,
  type StepResult,
} from '../../flows/commissioning/step-evidence.ts'
import type { CommandOutcome, TransactionView } from '../../flows/terminal-command.ts'
import { EXERCISES } from '../../flows/training/exercises.ts'
import type { CommissioningSite } from './commissioning-site.ts'

/** How each step is done. */
export const STEP_WORK: {
  readonly [step in CommissioningStep]: (site: CommissioningSite) => Promise<StepResult>
} = {
  network,
  keys,
  downloads,
  devices,
  functions,
  soak,
  training,
}

async function network(site: CommissioningSite): Promise<StepResult> {
  const roundTrips: (number | undefined)[] = []
  for (let index = 0; index < site.echoCount && !site.isStopped(); index += 1)
    roundTrips.push(await echo(site))
  return judgeNetwork(roundTrips, site.network)
}

async function echo({ terminal }: CommissioningSite): Promise<number | undefined> {
  const outcome = await terminal.run({ kind: 'echo' })
  return outcome.kind === 'echoed' ? outcome.roundTripMs : undefined
}

async function keys({ terminal }: CommissioningSite): Promise<StepResult> {
  const outcome = await terminal.run({ kind: 'signIn' })
  const { masterKeyCheckValue, batch } = terminal.state
  const reasons: Reason[] = []
  if (masterKeyCheckValue === undefined)
    reasons.push({
      zh: '密码键盘没有主密钥：请先激活',
      en: 'the PIN pad has no master key: activate the terminal first',
    })
  if (outcome.kind !== 'done') reasons.push(notDone('签到', 'the sign-in', outcome))
  return judged(reasons, { checkValue: masterKeyCheckValue ?? '-', batch }, outcome)
}

async function downloads({ terminal }: CommissioningSite): Promise<StepResult> {
  const outcome = await terminal.run({ kind: 'download', set: 'all' })
  const { caKeys = [], applications = [], blacklist = [], contactless = {} } = terminal.state.downloads ?? {}
  const reasons = outcome.kind === 'done' ? [] : [notDone('下载', 'the download', outcome)]
  const figures = {
    caKeys: caKeys.length,
    applications: applications.length,
    blacklist: blacklist.length,
    contactless: Object.keys(contactless).length,
  }
  return judged(reasons, figures, { outcome, caKeys, applications })
}

/** The report is printed too: that is the test page. */
async function devices({ terminal, freeBytes }: CommissioningSite): Promise<StepResult> {
  const outcome = await terminal.run({ kind: 'deviceReport' })
  const free = await freeBytes()
  if (outcome.kind !== 'devices') return judged([notDone('自检', 'the self-check', outcome)], {}, outcome)
  const reasons = outcome.devices
    .filter(({ state }) => state !== 'ready')
    .map(({ device, state, detail }): Reason => {
      const text = `${device}: ${state}, ${detail}`
      return { zh: text, en: text }
    })
  if (free < terminal.profile.storageFreeBytesMin)
    reasons.push({ zh: `剩余存储 ${free} 字节，不足`, en: `${free} bytes of storage are free: too few` })
  const identities = outcome.devices.map((each) => [each.device, 'identity' in each ? each.identity : '-'])
  return judged(reasons, { ...Object.fromEntries(identities), freeBytes: free }, outcome.devices)
}

async function functions(site: CommissioningSite): Promise<StepResult> {
  const reasons: Reason[] = []
  const figures: { [name: string]: number } = {}
  const approved = new Map<string, TransactionView>()
  for (const each of FUNCTION_SCRIPT) {
    if (site.isStopped()) break
    const { outcome, tookMs, fault } = await perform(site, each, approved)
    figures[`${each.id}Ms`] = Math.round(tookMs)
    if (fault !== undefined) reasons.push({ zh: `${each.zh}：${fault.zh}`, en: `${each.en}: ${fault.en}` })
    if (outcome?.kind === 'approved') approved.set(each.id, outcome.transaction)
  }
  const { terminal } = site
  const listed = await terminal.run({ kind: 'transactions' })
  const owed = terminal.state.owedReceipts.length
  if (owed > 0) reasons.push({ zh: `${owed} 张签购单未打印`, en: `${owed} slips were not printed` })
  const settled = await terminal.run({ kind: 'settle' })
  const isBalanced =
    settled.kind === 'settled' && settled.summary.domesticFlag === '1' && settled.summary.foreignFlag === '1'
  if (!isBalanced)
    reasons.push(
      settled.kind === 'settled'
        ? { zh: '结算不平', en: 'the batch did not balance' }
        : notDone('结算', 'the settlement', settled),
    )
  const items = listed.kind === 'transactions' ? listed.items : []
  const batch = listed.kind === 'transactions' ? listed.batch : ''
  return judged(reasons, { ...figures, transactions: items.length }, { batch, transactions: items })
}

async function perform(
  { terminal, customers, elapsedMs, tell }: CommissioningSite,
  each: FunctionCase,
  approved: ReadonlyMap<string, TransactionView>,
): Promise<{ outcome: CommandOutcome | undefined; tookMs: number; fault: Reason | undefined }> {
  tell({ kind: 'progress', step: 'functions', text: each })
  const command = each.command(approved)
  if (command === undefined)
    return {
      outcome: undefined,
      tookMs: 0,
      fault: { zh: '缺少原交易', en: 'what it refers to is not there' },
    }
  if (each.paperEnds === true) customers.endPaper()
  customers.serve(each.card)
  const before = elapsedMs()
  const outcome = await terminal.run(command)
  const tookMs = elapsedMs() - before
  customers.serve(undefined)
  return { outcome, tookMs, fault: each.fault(outcome, tookMs) }
}

const SAMPLES = 40

async function soak(site: CommissioningSite): Promise<StepResult> {
  const { elapsedMs, memoryBytes, soakSeconds } = site
  const start = elapsedMs()
  const samples: TerminalSample[] = []
  let echoes = 0
  let failures = 0
  let slowest = 0
  let nextAt = soakSeconds / SAMPLES
  for (;;) {
    const atSeconds = (elapsedMs() - start) / 1000
    if (atSeconds >= nextAt) {
      samples.push({ atSeconds, memoryBytes: memoryBytes(), latencyMs: slowest })
      slowest = 0
      nextAt += soakSeconds / SAMPLES
    }
    if (atSeconds >= soakSeconds || site.isStopped()) break
    const before = elapsedMs()
    if ((await echo(site)) === undefined) failures += 1
    slowest = Math.max(slowest, elapsedMs() - before)
    echoes += 1
  }
  return judgeTerminalSoak(samples, echoes, failures)
}

/** Exercises are done in training by people; here their results are looked at. */
async function training({ store }: CommissioningSite): Promise<StepResult> {
  const results = store.exercises()
  const operators = [...new Set(results.map(({ operator }) => operator))]
  const open = operators.map((operator) => ({ operator, exercises: store.openExercises(operator) }))
  const reasons: Reason[] = []
  if (operators.length === 0)
    reasons.push({
      zh: '尚无操作员完成练习：请运行 tillwire terminal --training',
      en: 'no operator has done any exercise: run tillwire terminal --training',
    })
  else if (open.every(({ exercises }) => exercises.length > 0))
    for (const { operator, exercises } of open)
      reasons.push({
        zh: `操作员 ${operator} 还需完成：${titles(exercises, 'zh')}`,
        en: `operator ${operator} has still to do: ${titles(exercises, 'en')}`,
      })
  const trained = open.filter(({ exercises }) => exercises.length === 0).length
  return judged(reasons, { operators: operators.length, trained, exercises: EXERCISES.length }, results)
}

function titles(ids: readonly string[], language: 'zh' | 'en'): string {
  return EXERCISES.filter(({ id }) => ids.includes(id))
    .map((each) => each[language])
    .join('; ')
}

function notDone(zh: string, en: string, outcome: CommandOutcome): Reason {
  const detail =
    'reason' in outcome ? `${outcome.reason}${'detail' in outcome ? ` ${outcome.detail}` : ''}` : outcome.kind
  return { zh: `${zh}未成功（${detail}）`, en: `${en} was not done (${detail})` }
}
