import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '../../base/bytes.ts'
import { writePrivateFile } from '../security-module/private-file.ts'
import type { SoftwareSecurityModule } from '../security-module/software-security-module.ts'
import { type KeptEvidence, STEP_TITLES } from './commissioning-steps.ts'
import { reportMark } from './report-signature.ts'
import type { OperatorTraining } from './training-book.ts'
import { EXERCISE_NAMES, TRAINING_EXERCISES } from './training-exercises.ts'

const FILE = 'acceptance-key.json'

export interface ReportSubject {
  /** Of the report. */
  readonly number: number
  readonly signedBy: string
  readonly tid: string
  readonly mid: string
  readonly merchantName: string
  readonly serial: string
  readonly evidence: readonly KeptEvidence[]
  readonly training: readonly OperatorTraining[]
}

/** Acceptance reports, signed by the host. The signing key lies sealed beside the other keys. */
export class AcceptanceReports {
  readonly #path: string
  readonly #security: Pick<SoftwareSecurityModule, 'sealData' | 'unsealData'>
  readonly #nowMs: () => number

  constructor(parts: {
    readonly directory: string
    readonly security: Pick<SoftwareSecurityModule, 'sealData' | 'unsealData'>
    readonly nowMs: () => number
  }) {
    this.#path = join(parts.directory, FILE)
    this.#security = parts.security
    this.#nowMs = parts.nowMs
  }

  /** HTML of its own, with its signature in the last line. */
  make(subject: ReportSubject): string {
    const text = reportHtml(subject, this.#nowMs())
    const key = this.#key()
    return `${text}${reportMark(publicPart(key), sign(null, Buffer.from(text), key))}`
  }

  /** SHA-256 of the public key, hexadecimal: what a reader compares. */
  signer(): string {
    return createHash('sha256').update(publicPart(this.#key())).digest('hex')
  }

  /** Made the first time; made before only as a sealed file. */
  #key(): KeyObject {
    if (existsSync(this.#path)) {
      const { key } = JSON.parse(readFileSync(this.#path, 'utf8')) as { readonly key: string }
      const der = Buffer.from(this.#security.unsealData(fromHex(key)))
      return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    }
    const { privateKey } = generateKeyPairSync('ed25519')
    const der = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
    const key = toHex(this.#security.sealData(der))
    writePrivateFile(this.#path, `${JSON.stringify({ format: 'tillwire-acceptance-key-1', key })}\n`)
    return privateKey
  }
}

function publicPart(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ format: 'der', type: 'spki' })
}

const STYLE = `@page{size:A4;margin:16mm 18mm}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{font:14px/1.5 "Noto Sans SC","Noto Sans CJK SC",system-ui,sans-serif;max-width:180mm;margin:12mm auto;color:#1b1f24}
@media print{body{margin:0;max-width:none;font-size:10.5pt}}
header{border-bottom:2px solid #1b1f24;padding-bottom:8px;margin-bottom:10px}
h1{font-size:22px;margin:0}h1 small{font-weight:400;font-size:15px;color:#57606a;margin-left:8px}
h2{font-size:15px;margin:16px 0 4px;border-bottom:1px solid #d0d7de;display:flex;justify-content:space-between;break-after:avoid}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:2px 8px 2px 0;vertical-align:top;font-variant-numeric:tabular-nums}
th{font-weight:400;color:#57606a;width:45%}.facts th{width:30%}.summary td{border-top:1px solid #eaeef2}.summary td:last-child{text-align:right}
section,tr{break-inside:avoid}.passed{color:#0a6b3d}.failed{color:#b00020}
.hash{color:#57606a;font-size:11px;word-break:break-all}.signature{margin-top:28px;display:grid;grid-template-columns:1fr 1fr;gap:24px}
.signature div{border-top:1px solid #1b1f24;padding-top:4px;margin-top:36px}`

function reportHtml(subject: ReportSubject, nowMs: number): string {
  const { number, signedBy, tid, mid, merchantName, serial, evidence, training } = subject
  const facts = [
    ['终端号 terminal', tid],
    ['商户 merchant', `${merchantName} (${mid})`],
    ['设备 device', serial],
    ['软件 software', evidence[0]?.softwareVersion ?? '-'],
    ['签发人 signed by', signedBy],
    ['签发时间 signed at', momentText(nowMs)],
  ].map(([name, value]) => row(name ?? '', value ?? ''))
  return `<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>终端验收报告 Acceptance report ${escaped(tid)}</title><style>${STYLE}</style></head><body>
<header><h1>终端验收报告 Acceptance report<small>No. ${number}</small></h1></header>
<table class="facts">${facts.join('')}</table>
<section><h2><span>结论 Result</span></h2><table class="summary">${evidence.map(summaryRow).join('')}</table></section>
${evidence.map(section).join('\n')}
${training.length === 0 ? '' : trainingSection(training)}
<section class="signature"><div>技术员 technician</div><div>商户 merchant</div></section>
</body></html>
`
}

function verdictText({ verdict }: KeptEvidence): string {
  return `<span class="${verdict}">${verdict === 'passed' ? '通过 passed' : '未通过 failed'}</span>`
}

function summaryRow(each: KeptEvidence): string {
  const { zh, en } = STEP_TITLES[each.step]
  return `<tr><td>${zh} ${en}</td><td>${verdictText(each)}</td></tr>`
}

function section(each: KeptEvidence): string {
  const { zh, en } = STEP_TITLES[each.step]
  const figures = Object.entries(each.figures).map(([name, value]) => row(name, String(value)))
  const reasons = each.reasons.map(
    (reason) => `<p class="failed">${escaped(reason.zh)}<br>${escaped(reason.en)}</p>`,
  )
  const seconds = Math.round((each.endedAtMs - each.startedAtMs) / 1000)
  const head = row('开始，历时 begun, took', `${momentText(each.startedAtMs)}, ${seconds} s`)
  return `<section><h2><span>${zh} ${en}</span>${verdictText(each)}</h2>
<table>${head}${row('第几次 attempt', String(each.attempt))}${figures.join('')}</table>${reasons.join('')}
<p class="hash">SHA-256 ${escaped(each.rawHash)}</p></section>`
}

function trainingSection(training: readonly OperatorTraining[]): string {
  const rows = training.map(({ operator, results }) => {
    const done = results.map(({ exercise }) => {
      const { zh, en } = TRAINING_EXERCISES[exercise]
      return `${zh} ${en}`
    })
    return row(`操作员 operator ${operator}: ${results.length} / ${EXERCISE_NAMES.length}`, done.join(', '))
  })
  return `<section><h2><span>操作员培训 Training of operators</span></h2><table>${rows.join('')}</table></section>`
}

/** UTC, to the second. */
function momentText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function row(name: string, value: string): string {
  return `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
