import { createHash } from 'node:crypto'
import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import type { CommandOutcome, KeyRequestOutcome, TerminalCommand } from '../flows/terminal-command.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'
import { askPad } from './ask-pad.ts'
import { profileMembers } from './profile-file.ts'

/** Why a terminal could not be activated; a sentence for the technician in each language. */
export interface ActivationFailure {
  /** `refused`: the host said no; `device`: the PIN pad could not; `terminal`: this terminal is another one already. */
  readonly kind: 'badCode' | 'badAddress' | 'unreachable' | 'refused' | 'badAnswer' | 'device' | 'terminal'
  readonly zh: string
  readonly en: string
}

export interface ActivatedTerminal {
  readonly profile: Partial<TerminalProfile>
  /** Members of a profile file, public keys of the certification authorities among them. */
  readonly profileFile: string
  readonly host: { readonly host: string; readonly port: number }
  /** Of the master key, as the pad found it and the host said it. */
  readonly checkValue: string
}

export interface ActivationOptions {
  readonly code: string
  /** `http://host:8580/` or `https://…`. */
  readonly consoleUrl: string
  readonly terminal: {
    readonly state: { readonly commissioned: boolean }
    readonly profile: TerminalProfile
    run(command: TerminalCommand): Promise<CommandOutcome>
  }
  readonly supervisorPassword?: string
  /** Between two tries when the line is bad, milliseconds. */
  readonly retryMs?: number
}

const TRIES_MAX = 3
const REQUEST_TIMEOUT_MS = 20_000
const hexadecimal = z.string().regex(/^([0-9A-Fa-f]{2})+$/)
const answerSchema = z.object({
  serialNumber: z.string().regex(/^[0-9A-Z]{1,32}$/),
  profile: z.strictObject(profileMembers).partial(),
  caKeys: z.array(
    z.object({ rid: hexadecimal, index: z.int(), modulus: hexadecimal, exponent: hexadecimal }),
  ),
  keyPackage: hexadecimal,
  checkValue: hexadecimal,
  hostPort: z.int().min(1).max(65_535),
})
const refusalSchema = z.object({ zh: z.string(), en: z.string() })

/**
 * Makes a new terminal what the host's records say it is: asks the pad who it is, shows that and the code to the host, and
 * brings the answer's identity and master key in, durable together. A terminal that is that one already gets a new key.
 */
export async function activateTerminal(
  options: ActivationOptions,
): Promise<Result<ActivatedTerminal, ActivationFailure>> {
  const code = options.code.toUpperCase().replace(/[\s-]/g, '')
  if (!/^[0-9A-Z]{10}$/.test(code)) return err(BAD_CODE)
  if (!/^https?:\/\//.test(options.consoleUrl) || !URL.canParse(options.consoleUrl)) return err(BAD_ADDRESS)
  const url = new URL('/api/device/activate', options.consoleUrl)
  const context = createHash('sha256').update(code).digest('hex')
  const request = await askPad(options.terminal, context)
  if (request.kind !== 'keyRequest') return err(deviceFailure(request))
  const answered = await askHost(url, code, request, options.retryMs ?? 1000)
  return answered.ok ? bringIn(options, url, answered.value) : answered
}

async function bringIn(
  { terminal, supervisorPassword }: ActivationOptions,
  url: URL,
  answer: z.infer<typeof answerSchema>,
): Promise<Result<ActivatedTerminal, ActivationFailure>> {
  const { keyPackage, caKeys, hostPort } = answer
  const profile = present({ ...answer.profile, serialNumber: answer.serialNumber })
  if (terminal.state.commissioned && terminal.profile.terminalId !== profile.terminalId)
    return err(otherTerminal(terminal.profile.terminalId, profile.terminalId ?? ''))
  const outcome = await terminal.run(
    terminal.state.commissioned
      ? { kind: 'loadKeyPackage', keyPackage }
      : {
          kind: 'commission',
          keyPackage,
          profile,
          ...(supervisorPassword === undefined ? {} : { supervisorPassword }),
        },
  )
  if (outcome.kind !== 'masterKey') return err(deviceFailure(outcome))
  if (outcome.checkValue !== answer.checkValue.toUpperCase()) return err(BAD_ANSWER)
  return ok({
    profile,
    profileFile: `${JSON.stringify({ ...profile, caKeys }, undefined, 2)}\n`,
    host: { host: url.hostname.replace(/^\[|\]$/g, ''), port: hostPort },
    checkValue: outcome.checkValue,
  })
}

/** The same request may be sent again: the host answers it from its last reply. */
async function askHost(
  url: URL,
  code: string,
  { certificates, nonce, signature }: KeyRequestOutcome,
  retryMs: number,
): Promise<Result<z.infer<typeof answerSchema>, ActivationFailure>> {
  const body = JSON.stringify({ code, certificates, nonce, signature })
  for (let tries = 1; ; tries++) {
    const answer = await post(url, body)
    if (answer !== undefined) return readAnswer(answer)
    if (tries >= TRIES_MAX) return err(unreachable(url))
    await new Promise((resolve) => setTimeout(resolve, retryMs))
  }
}

/** Undefined when the line, or what stands before the host, failed. */
async function post(
  url: URL,
  body: string,
): Promise<{ readonly ok: boolean; readonly json: unknown } | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
    const json: unknown = await response.json().catch(() => undefined)
    return response.status === 502 || response.status === 504 ? undefined : { ok: response.ok, json }
  } catch {
    return undefined
  }
}

function readAnswer({
  ok: isDone,
  json,
}: {
  readonly ok: boolean
  readonly json: unknown
}): Result<z.infer<typeof answerSchema>, ActivationFailure> {
  if (isDone) {
    const parsed = answerSchema.safeParse(json)
    return parsed.success ? ok(parsed.data) : err(BAD_ANSWER)
  }
  const refusal = refusalSchema.safeParse(json)
  return err(refusal.success ? { kind: 'refused', ...refusal.data } : BAD_ANSWER)
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>
}

const BAD_CODE: ActivationFailure = {
  kind: 'badCode',
  zh: '激活码由 10 位字母和数字组成：请核对后重输。',
  en: 'An activation code has ten letters and digits: check it and enter it again.',
}
const BAD_ADDRESS: ActivationFailure = {
  kind: 'badAddress',
  zh: '控制台地址应形如 https://主机:8580/。',
  en: 'The address of the console is like https://host:8580/.',
}
const BAD_ANSWER: ActivationFailure = {
  kind: 'badAnswer',
  zh: '主机的应答无法识别：请核对控制台地址，或升级终端。',
  en: 'The answer of the host makes no sense: check the address of the console, or update the terminal.',
}

function unreachable(url: URL): ActivationFailure {
  return {
    kind: 'unreachable',
    zh: `连不上 ${url.origin}：请检查网络和地址，然后用同一激活码重试。`,
    en: `${url.origin} can't be reached: check network and address, then try again with the same code.`,
  }
}

function deviceFailure(outcome: CommandOutcome): ActivationFailure {
  const detail = 'detail' in outcome ? (outcome.detail ?? outcome.kind) : outcome.kind
  return {
    kind: 'device',
    zh: `密码键盘未能完成（${detail}）：请检查其连接和证书，然后重试。`,
    en: `The PIN pad could not do it (${detail}): check its cable and its certificate, then try again.`,
  }
}

function otherTerminal(own: string, theirs: string): ActivationFailure {
  return {
    kind: 'terminal',
    zh: `本机已是终端 ${own}，激活码属于终端 ${theirs}：请换一个数据目录。`,
    en: `This is terminal ${own} already, and the code is for terminal ${theirs}: give another data folder.`,
  }
}
