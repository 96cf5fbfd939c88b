import { createHash } from 'node:crypto'
import type { CommissioningStage, TerminalRow } from '../core/records.ts'
import type { HostStore } from '../core/store-port.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import type { KeyDistribution } from '../security-module/key-distribution.ts'
import type { AcceptanceBook, AcceptanceEntry } from './acceptance-book.ts'
import { refusedProof } from './activation.ts'
import {
  GO_LIVE_STEPS,
  type GoLiveStep,
  type KeptEvidence,
  STEP_TITLES,
  TOLD_EVIDENCE,
  type ToldEvidence,
} from './commissioning-steps.ts'
import { compareFunctionTest } from './compare-function-test.ts'
import type { DeviceStock } from './device-stock.ts'
import type { Estate } from './estate.ts'
import { EstateRefusal } from './estate-refusal.ts'
import type { TrainingBook } from './training-book.ts'

/** Evidence as a device sends it: its pad signs SHA-256 of `body` as it signs a key request. */
export interface EvidenceSubmission {
  /** JSON text of what `TOLD_EVIDENCE` says. */
  readonly body: string
  readonly certificates: readonly Uint8Array[]
  readonly nonce: Uint8Array
  readonly signature: Uint8Array
}

export interface MissingStep {
  readonly step: GoLiveStep
  readonly zh: string
  readonly en: string
}

export interface CommissioningParts {
  readonly office: OfficeDatabase
  readonly audit: AuditLog
  readonly stock: Pick<DeviceStock, 'find'>
  readonly distribution: Pick<KeyDistribution, 'prove'>
  readonly estate: Pick<Estate, 'changeTerminal'>
  readonly store: Pick<HostStore, 'listTransactions'>
  readonly acceptance: Pick<AcceptanceBook, 'sign' | 'isSigned'>
  readonly training: Pick<TrainingBook, 'take' | 'of'>
  readonly nowMs: () => number
}

interface Sentence {
  readonly zh: string
  readonly en: string
}

/** Everything passed, and nobody has said so with his name. */
export const UNSIGNED: Sentence = {
  zh: '验收报告：尚未签发',
  en: 'acceptance report: not signed yet',
}

const STEPS = [
  `CREATE TABLE commissioning_evidence (
     number INTEGER PRIMARY KEY, tid TEXT NOT NULL, serial TEXT NOT NULL, step TEXT NOT NULL,
     software TEXT NOT NULL, rawHash TEXT NOT NULL, body TEXT NOT NULL, receivedAtMs INTEGER NOT NULL,
     UNIQUE (tid, serial, step, software, rawHash)) STRICT`,
  'CREATE TABLE commissioning_nonces (nonce BLOB PRIMARY KEY, atMs INTEGER NOT NULL) STRICT',
]

/** Evidence of terminals on their way to their first real sale, and the gate at its end. */
export class Commissioning {
  readonly #parts: CommissioningParts

  constructor(parts: CommissioningParts) {
    this.#parts = parts
    parts.office.migrate('commissioning', STEPS)
  }

  /**
   * Keeps evidence of the device that proves to have made it. A function test whose records
   * are not those of the host has failed, whatever the terminal says. @throws {EstateRefusal}
   */
  take(submission: EvidenceSubmission): { readonly tid: string; readonly evidence: readonly KeptEvidence[] } {
    const { distribution, stock, office, audit } = this.#parts
    const context = createHash('sha256').update(submission.body).digest()
    const proven = distribution.prove({ ...submission, context })
    if (!proven.ok) throw refusedProof(proven.error)
    const { serialNumber: serial } = proven.value
    const tid = stock.find(serial)?.tid
    if (tid === undefined || tid === null)
      throw new EstateRefusal('notFound', {
        zh: `设备 ${serial} 没有分配给终端：请联系客服。`,
        en: `Device ${serial} plays no terminal: call support.`,
      })
    const told = readBody(submission.body, tid)
    return office.transaction(() => {
      this.#rememberNonce(submission.nonce)
      const evidence = told.map((each) => this.#keep(tid, serial, each))
      audit.append({
        actor: `device:${serial}`,
        action: 'commissioning.evidence',
        subject: tid,
        detail: { steps: evidence.map(({ step, verdict }) => `${step} ${verdict}`) },
      })
      return { tid, evidence }
    })
  }

  /** An old submission that somebody sends again must not cover a newer failure. */
  #rememberNonce(nonce: Uint8Array): void {
    const { office, nowMs } = this.#parts
    const { changes } = office.db
      .prepare('INSERT OR IGNORE INTO commissioning_nonces VALUES (?, ?)')
      .run(nonce, nowMs())
    if (changes === 0)
      throw new EstateRefusal('replayed', {
        zh: '这份证据已收到过：请在终端上重新提交。',
        en: 'This submission came before: send it again from the terminal.',
      })
  }

  #keep(tid: string, serial: string, told: ToldEvidence): KeptEvidence {
    const { office, store, training, nowMs } = this.#parts
    if (told.step === 'training') training.take(tid, serial, told.raw)
    const findings =
      told.step === 'functions'
        ? compareFunctionTest(told.raw, (batchNumber) => store.listTransactions({ tid, batchNumber }))
        : []
    const kept: KeptEvidence = {
      ...told,
      ...(findings.length === 0 ? {} : { verdict: 'failed', reasons: [...told.reasons, ...findings] }),
      serial,
      receivedAtMs: nowMs(),
    }
    office.db
      .prepare(
        `INSERT OR REPLACE INTO commissioning_evidence (tid, serial, step, software, rawHash, body, receivedAtMs)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        tid,
        serial,
        told.step,
        told.softwareVersion,
        told.rawHash,
        JSON.stringify(kept),
        kept.receivedAtMs,
      )
    return kept
  }

  /** The newest evidence of each step, of the device that plays `tid` and of its present software. */
  evidence(tid: string, serial: string): readonly KeptEvidence[] {
    const newest = this.#parts.office.db
      .prepare<[string, string], string>(
        'SELECT body FROM commissioning_evidence WHERE tid = ? AND serial = ? ORDER BY number DESC',
      )
      .pluck()
      .all(tid, serial)
      .map((body) => JSON.parse(body) as KeptEvidence)
    // The software is the one that was heard of last: evidence of an older one does not count.
    const present = newest[0]?.softwareVersion
    return GO_LIVE_STEPS.flatMap((step) => {
      const found = newest.find((each) => each.step === step && each.softwareVersion === present)
      return found === undefined ? [] : [found]
    })
  }

  /** What stands between the terminal and its first real sale; empty when nothing does. */
  missing(tid: string, serial: string): readonly MissingStep[] {
    const evidence = this.evidence(tid, serial)
    return GO_LIVE_STEPS.flatMap((step) => {
      const { zh, en } = STEP_TITLES[step]
      const found = evidence.find((each) => each.step === step)
      if (found === undefined)
        return [
          {
            step,
            zh: `${zh}：没有本设备现有软件的证据`,
            en: `${en}: no evidence of this device and its present software`,
          },
        ]
      if (found.verdict === 'passed') return []
      const [reason] = found.reasons
      return [{ step, zh: `${zh}：未通过（${reason?.zh ?? ''}）`, en: `${en}: failed (${reason?.en ?? ''})` }]
    })
  }

  /** Takes a terminal out of service for its commissioning, or opens it for the function test. @throws {EstateError} */
  setStage(actor: string, tid: string, stage: CommissioningStage): TerminalRow {
    return this.#change(actor, tid, stage, 'commissioning.stage')
  }

  /** Whether the evidence as it stands now was accepted by a signed report. */
  isAccepted(tid: string, serial: string): boolean {
    return this.#parts.acceptance.isSigned(tid, this.evidence(tid, serial))
  }

  /** Signs the report of a terminal that passed everything. @throws {EstateRefusal} with what is missing */
  accept(
    actor: string,
    subject: {
      readonly tid: string
      readonly mid: string
      readonly merchantName: string
      readonly serial: string
    },
  ): AcceptanceEntry {
    const { acceptance, training } = this.#parts
    const { tid, serial } = subject
    const missing = this.missing(tid, serial)
    if (missing.length > 0)
      throw new EstateRefusal('notNow', {
        zh: `终端 ${tid} 还不能验收：${missing.map(({ zh }) => zh).join('；')}。`,
        en: `Terminal ${tid} can't be accepted yet: ${missing.map(({ en }) => en).join('; ')}.`,
      })
    return acceptance.sign(actor, {
      ...subject,
      evidence: this.evidence(tid, serial),
      training: training.of(tid),
    })
  }

  /** The terminal may move money from now on. @throws {EstateRefusal} with what is missing, {EstateError} */
  goLive(actor: string, tid: string, serial: string): TerminalRow {
    const missing: readonly Sentence[] = this.missing(tid, serial)
    const unsigned = this.isAccepted(tid, serial) ? [] : [UNSIGNED]
    const lacking = missing.length > 0 ? missing : unsigned
    if (lacking.length > 0)
      throw new EstateRefusal('notNow', {
        zh: `终端 ${tid} 还不能启用：${lacking.map(({ zh }) => zh).join('；')}。`,
        en: `Terminal ${tid} can't go live yet: ${lacking.map(({ en }) => en).join('; ')}.`,
      })
    return this.#change(actor, tid, undefined, 'commissioning.live')
  }

  #change(actor: string, tid: string, stage: CommissioningStage | undefined, action: string): TerminalRow {
    const { office, audit, estate } = this.#parts
    return office.transaction(() => {
      audit.append({ actor, action, subject: tid, detail: { stage: stage ?? 'live' } })
      return estate.changeTerminal(tid, (row) => {
        const { stage: _, ...setup } = row.setup ?? { sets: {}, jobs: [] }
        return { ...row, setup: stage === undefined ? setup : { ...setup, stage } }
      })
    })
  }
}

function readBody(body: string, tid: string): readonly ToldEvidence[] {
  const json: unknown = safeJson(body)
  const parsed = TOLD_EVIDENCE.safeParse(json)
  const isWhole =
    parsed.success &&
    parsed.data.evidence.every(
      ({ terminalId, raw, rawHash }) =>
        terminalId === tid && createHash('sha256').update(JSON.stringify(raw)).digest('hex') === rawHash,
    )
  if (parsed.success && isWhole) return parsed.data.evidence
  throw new EstateRefusal('badInput', {
    zh: '证据不完整，或属于另一台终端：请在终端上重新运行验收。',
    en: 'The evidence is not whole, or of another terminal: run the commissioning again at the terminal.',
  })
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
