import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '../../base/bytes.ts'
import { writePrivateFile } from '../security-module/private-file.ts'
import type { SoftwareSecurityModule } from '../security-module/software-security-module.ts'
import type { KeptEvidence } from './commissioning.ts'
import { STEP_TITLES } from './commissioning-steps.ts'
import { reportMark } from './report-signature.ts'

const FILE = 'acceptance-key.json'

export interface ReportSubject {
  readonly tid: string
  readonly mid: string
  readonly serial: string
  readonly evidence: readonly KeptEvidence[]
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
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
    return `${text}${reportMark(spki, sign(null, Buffer.from(text), key))}`
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

const STYLE = `@page{size:A4;margin:18mm}body{font:14px/1.5 "Noto Sans SC",system-ui,sans-serif;max-width:180mm;margin:12mm auto;color:#1b1f24}
h1{font-size:22px;margin:0}h2{font-size:16px;margin:18px 0 4px;border-bottom:1px solid #ccd;page-break-after:avoid}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:2px 8px 2px 0;vertical-align:top;font-variant-numeric:tabular-nums}
section{page-break-inside:avoid}.passed{color:#0a6b3d}.failed{color:#b00020}small{color:#57606a;word-break:break-all}`

function reportHtml({ tid, mid, serial, evidence }: ReportSubject, nowMs: number): string {
  const head = [
    ['终端号 terminal', tid],
    ['商户号 merchant', mid],
    ['设备 device', serial],
    ['软件 software', evidence[0]?.softwareVersion ?? '-'],
    ['签发 made', new Date(nowMs).toISOString()],
  ].map(([name, value]) => row(name ?? '', value ?? ''))
  return `<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>终端验收报告 Acceptance report ${escaped(tid)}</title><style>${STYLE}</style></head><body>
<h1>终端验收报告 Acceptance report</h1>
<table>${head.join('')}</table>
${evidence.map(section).join('\n')}
</body></html>
`
}

function section(each: KeptEvidence): string {
  const { zh, en } = STEP_TITLES[each.step]
  const verdict = each.verdict === 'passed' ? '通过 passed' : '未通过 failed'
  const figures = Object.entries(each.figures).map(([name, value]) => row(name, String(value)))
  const reasons = each.reasons.map(
    (reason) => `<p class="failed">${escaped(reason.zh)}<br>${escaped(reason.en)}</p>`,
  )
  const from = new Date(each.startedAtMs).toISOString()
  const seconds = Math.round((each.endedAtMs - each.startedAtMs) / 1000)
  return `<section><h2>${zh} ${en} — <span class="${each.verdict}">${verdict}</span></h2>
<table>${row('开始 begun', from)}${row('历时 took', `${seconds} s`)}${figures.join('')}</table>${reasons.join('')}
<small>SHA-256 ${escaped(each.rawHash)}</small></section>`
}

function row(name: string, value: string): string {
  return `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
