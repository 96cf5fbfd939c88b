import { z } from 'zod'
import { fromHex } from '../../../base/bytes.ts'
import { GO_LIVE_STEPS, STEP_EVIDENCE } from '../../estate/commissioning-steps.ts'
import { EstateRefusal } from '../../estate/estate-refusal.ts'
import { actorOf } from '../access.ts'
import { ACCEPTANCE_REPORT, COMMISSIONING_STEPS, STAGE } from '../api-types/commissioning.ts'
import { commissioningView } from '../commissioning-view.ts'
import type { ConsoleApp, ConsoleContext } from '../console-app.ts'
import { asked } from '../estate-problem.ts'

const READERS = ['technician', 'support', 'administrator', 'auditor'] as const
const WRITERS = ['technician', 'administrator'] as const
const TID = z.object({ tid: z.string().min(1).max(8) })
const HEX = z.string().regex(/^([0-9A-Fa-f]{2}){1,4096}$/)
const BODY_SIZE_MAX = 900_000
const MISSING = z.array(z.object({ step: z.enum(GO_LIVE_STEPS), zh: z.string(), en: z.string() }))
const VIEW = z.object({
  tid: z.string(),
  serial: z.string(),
  stage: STAGE,
  evidence: z.array(STEP_EVIDENCE.omit({ raw: true })),
  missing: MISSING,
})

/** A terminal's way to its first real sale: evidence, what is missing, go-live, report. */
export function commissioningRoutes(app: ConsoleApp, context: ConsoleContext): void {
  evidenceRoute(app, context)
  readRoutes(app, context)
  stepsRoute(app, context)
  reportRoutes(app, context)
  writeRoutes(app, context)
}

function evidenceRoute(app: ConsoleApp, { field, live, secretTriesMax }: ConsoleContext): void {
  app.route({
    method: 'POST',
    url: '/api/device/evidence',
    config: { access: 'device', rateLimit: { max: secretTriesMax, timeWindow: 60_000 } },
    schema: {
      summary:
        'Evidence of commissioning steps; the PIN pad signs the SHA-256 of `body` as it signs a key request',
      tags: ['device'],
      body: z.object({
        body: z.string().max(BODY_SIZE_MAX),
        certificates: z.array(HEX).min(1).max(4),
        nonce: HEX,
        signature: HEX,
      }),
      response: {
        200: z.object({
          tid: z.string(),
          failed: z.array(z.object({ step: z.enum(GO_LIVE_STEPS), reasons: STEP_EVIDENCE.shape.reasons })),
          missing: MISSING,
        }),
      },
    },
    handler({ body: { body, certificates, nonce, signature } }) {
      const { tid, evidence } = asked(() =>
        field.commissioning.take({
          body,
          certificates: certificates.map(fromHex),
          nonce: fromHex(nonce),
          signature: fromHex(signature),
        }),
      )
      live.publish('estate', { tid })
      const failed = evidence.filter(({ verdict }) => verdict === 'failed')
      return {
        tid,
        failed: failed.map(({ step, reasons }) => ({ step, reasons })),
        missing: [...field.commissioning.missing(tid, evidence[0]?.serial ?? '')],
      }
    },
  })
}

/** The device that plays the terminal. @throws {EstateRefusal} */
function serialOf({ field }: ConsoleContext, tid: string): string {
  const { serial } = field.terminals.get(tid)
  if (serial !== null) return serial
  throw new EstateRefusal('notNow', {
    zh: `终端 ${tid} 没有设备：请先分配并激活一台。`,
    en: `Terminal ${tid} has no device: assign one and activate it first.`,
  })
}

function readRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { field, host } = context
  app.route({
    method: 'GET',
    url: '/api/estate/terminals/:tid/commissioning',
    config: { access: READERS },
    schema: {
      summary: 'Evidence of a terminal, and what is missing before it may go live',
      tags: ['commissioning'],
      params: TID,
      response: { 200: VIEW },
    },
    handler({ params: { tid } }) {
      const serial = asked(() => serialOf(context, tid))
      const row = host.store.listTerminals().find((each) => each.tid === tid)
      return {
        tid,
        serial,
        stage: row?.setup?.stage ?? ('live' as const),
        evidence: [...field.commissioning.evidence(tid, serial)],
        missing: [...field.commissioning.missing(tid, serial)],
      }
    },
  })
}

/** The same as a person reads it: each step once, with or without evidence; operators, reports. */
function stepsRoute(app: ConsoleApp, context: ConsoleContext): void {
  app.route({
    method: 'GET',
    url: '/api/estate/terminals/:tid/commissioning/steps',
    config: { access: READERS },
    schema: {
      summary: 'Each step of a commissioning with its last evidence, operators in training, signed reports',
      tags: ['commissioning'],
      params: TID,
      response: { 200: COMMISSIONING_STEPS },
    },
    handler({ params: { tid } }) {
      const serial = asked(() => serialOf(context, tid))
      return commissioningView(context, tid, serial)
    },
  })
}

function writeRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { field, live } = context
  app.route({
    method: 'PUT',
    url: '/api/estate/terminals/:tid/commissioning/stage',
    config: { access: WRITERS },
    schema: {
      summary:
        'Out of service for its commissioning, open for the function test, or live: refused while something is missing',
      tags: ['commissioning'],
      params: TID,
      body: z.object({ stage: STAGE }),
      response: { 200: z.object({ stage: STAGE }) },
    },
    handler(request) {
      const { tid } = request.params
      const { stage } = request.body
      const actor = actorOf(request)
      asked(() => {
        field.terminals.get(tid)
        return stage === 'live'
          ? field.commissioning.goLive(actor, tid, serialOf(context, tid))
          : field.commissioning.setStage(actor, tid, stage)
      })
      live.publish('estate', { tid })
      return { stage }
    },
  })
}

/** Reports are signed once and kept: what is opened again is byte for byte what was signed. */
function reportRoutes(app: ConsoleApp, context: ConsoleContext): void {
  const { field, live } = context
  app.route({
    method: 'POST',
    url: '/api/estate/terminals/:tid/commissioning/reports',
    config: { access: WRITERS },
    schema: {
      summary: 'Sign the acceptance report: refused while something is missing',
      tags: ['commissioning'],
      params: TID,
      response: { 201: ACCEPTANCE_REPORT },
    },
    handler(request, reply) {
      const { tid } = request.params
      const entry = asked(() => {
        const serial = serialOf(context, tid)
        const { mid, merchantName } = field.terminals.get(tid)
        return field.commissioning.accept(actorOf(request), { tid, mid, merchantName, serial })
      })
      live.publish('estate', { tid })
      reply.code(201)
      return entry
    },
  })
  app.route({
    method: 'GET',
    url: '/api/estate/terminals/:tid/commissioning/reports/:number',
    config: { access: READERS },
    schema: {
      summary: 'A signed acceptance report, HTML, as it was signed',
      tags: ['commissioning'],
      params: TID.extend({ number: z.coerce.number().int().positive() }),
      response: { 200: z.string() },
    },
    handler({ params: { tid, number } }, reply) {
      const html = asked(() => field.acceptance.open(tid, number))
      reply.header('content-disposition', `attachment; filename="acceptance-${tid}-${number}.html"`)
      reply.type('text/html; charset=utf-8')
      return html
    },
  })
}
