import { createHash } from 'node:crypto'
import { z } from 'zod'
import { err, ok, type Result } from '../../../base/result.ts'
import type { Reason, StepEvidence } from '../../flows/commissioning/step-evidence.ts'
import { askPad } from '../ask-pad.ts'
import type { Terminal } from '../terminal.ts'

const REQUEST_TIMEOUT_MS = 20_000
const sentence = z.object({ zh: z.string(), en: z.string() })
const ANSWER = z.object({
  failed: z.array(z.object({ step: z.string(), reasons: z.array(sentence) })),
  missing: z.array(sentence.extend({ step: z.string() })),
})

/** What the host says to the evidence: what it found wrong itself, and what is missing before the terminal goes live. */
export type EvidenceAnswer = z.infer<typeof ANSWER>

/** Shows the host the evidence, signed by the PIN pad. A sentence in each language when it could not be done. */
export async function sendEvidence(
  terminal: Pick<Terminal, 'run'>,
  consoleUrl: string,
  evidence: readonly StepEvidence[],
): Promise<Result<EvidenceAnswer, Reason>> {
  const body = JSON.stringify({ evidence })
  const context = createHash('sha256').update(body).digest('hex')
  const request = await askPad(terminal, context)
  if (request.kind !== 'keyRequest')
    return err({
      zh: `密码键盘未能签名（${request.kind}）：请检查其证书。`,
      en: `The PIN pad could not sign the evidence (${request.kind}): check its certificate.`,
    })
  const { certificates, nonce, signature } = request
  try {
    const response = await fetch(new URL('/api/device/evidence', consoleUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ body, certificates, nonce, signature }),
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
    const json: unknown = await response.json()
    const answer = ANSWER.safeParse(json)
    if (response.ok && answer.success) return ok(answer.data)
    const refusal = sentence.safeParse(json)
    return err(refusal.success ? refusal.data : NO_ANSWER)
  } catch {
    return err(NO_ANSWER)
  }
}

const NO_ANSWER: Reason = {
  zh: '控制台没有可用的应答：请检查地址和网络，再运行一次即可提交，已通过的步骤不会重做。',
  en: 'The console gave no usable answer: check address and network and run it again; what passed is not done again.',
}
