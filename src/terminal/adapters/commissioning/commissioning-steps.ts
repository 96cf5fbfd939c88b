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
import type { CommissioningSite } from './commissioning-site.ts'
import { judgeTraining } from './judge-training.ts'

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

/** Field 39 of a host that takes no transaction of this terminal yet. */
const NOT_OPEN = '58'
const NOT_OPEN_REASON: Reason = {
  zh: '主机尚未开放测试（58）：请在控制台的终端页按“开放测试”，再做此步骤',
  en: 'the host does not take transactions of this terminal yet (58): press Open for tests on its page in the console, then do this step',
}

async function functions(site: CommissioningSite): Promise<StepResult> {
  const { terminal } = site
  // What a power cut left of the last function test must not spoil this one.
  if (terminal.state.settlement !== undefined) await terminal.run({ kind: 'settle' })
  const { reasons, figures } = await performScript(site)
  // Of a test that was stopped nothing is kept.
  if (site.isStopped()) return judged(reasons, figures, null)
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

/** Ends early when it is stopped, and when the host takes nothing from this terminal. */
async function performScript(
  site: CommissioningSite,
): Promise<{ readonly reasons: Reason[]; readonly figures: { [name: string]: number } }> {
  const reasons: Reason[] = []
  const figures: { [name: string]: number } = {}
  const approved = new Map<string, TransactionView>()
  for (const each of FUNCTION_SCRIPT) {
    if (site.isStopped()) break
    const { outcome, tookMs, fault } = await perform(site, each, approved)
    figures[`${each.id}Ms`] = Math.round(tookMs)
    if (outcome?.kind === 'declined' && outcome.responseCode === NOT_OPEN) {
      reasons.push(NOT_OPEN_REASON)
      break
    }
    if (fault !== undefined) reasons.push({ zh: `${each.zh}：${fault.zh}`, en: `${each.en}: ${fault.en}` })
    if (outcome?.kind === 'approved') approved.set(each.id, outcome.transaction)
  }
  return { reasons, figures }
}

async function perform(
  { terminal, customers, elapsedMs, tell, isStopped }: CommissioningSite,
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
  if (each.paperEnds === true) await customers.endPaper()
  await customers.serve(each.card, each)
  if (isStopped()) return { outcome: undefined, tookMs: 0, fault: undefined }
  const before = elapsedMs()
  const outcome = await terminal.run(command)
  const tookMs = elapsedMs() - before
  await customers.serve(undefined)
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
  const result = judgeTerminalSoak(samples, echoes, failures)
  return { ...result, figures: { ...result.figures, process: site.processOf } }
}

/** Exercises are done in training by people; here their results are looked at. */
function training({ store }: CommissioningSite): Promise<StepResult> {
  return Promise.resolve(judgeTraining(store))
}

function notDone(zh: string, en: string, outcome: CommandOutcome): Reason {
  const detail =
    'reason' in outcome ? `${outcome.reason}${'detail' in outcome ? ` ${outcome.detail}` : ''}` : outcome.kind
  return { zh: `${zh}未成功（${detail}）`, en: `${en} was not done (${detail})` }
}
