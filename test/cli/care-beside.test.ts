import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { careBeside } from '../../src/cli/console/care-beside.ts'
import type { Outcome } from '../../src/host/core/inbound.ts'
import { Tickets } from '../../src/host/monitoring/tickets.ts'
import { openOffice } from '../../src/host/office/open-office.ts'
import type { AnswerObserver, ObservedRequest } from '../../src/host/service/answer-observer.ts'
import { type Host, openHost } from '../../src/host/service/open-host.ts'

let directory: string
let host: Host

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tillwire-care-'))
  const ports = { 'unionpay-pos': 0, 'iso1987-ascii': 0, 'iso1987-binary': 0 }
  host = await openHost({ dataDirectory: directory, ports, log: pino({ enabled: false }) })
})
afterAll(async () => {
  await host.close()
  rmSync(directory, { recursive: true, force: true })
})

function refused(operation: string, responseCode: string, stan: number): Outcome {
  const summary = {
    operation,
    responseCode,
    stan,
    tid: '10000001',
    rrn: String(stan).padStart(12, '0'),
    panTruncated: '621094******0029',
  }
  return { summary, plan: { kind: 'drop' }, reply: undefined } as unknown as Outcome
}

test('a host without a console makes tickets of refused offline sales, each once, also when it ends at once', () => {
  const observers: AnswerObserver[] = []
  const observe: Host['observe'] = (observer) => {
    observers.push(observer)
    return () => {}
  }
  const request = { inbound: { receivedAt: { ms: 1 } }, receivedMs: 1 } as unknown as ObservedRequest
  const outcomes = [
    refused('offlineSale', '51', 7),
    refused('offlineSale', '51', 7),
    refused('offlineSale', '94', 8),
    refused('sale', '51', 9),
  ]
  const care = careBeside({ ...host, observe }, directory)
  for (const observer of observers)
    observer.answered(
      outcomes.map(() => request),
      outcomes,
      2,
    )
  care.close()
  const office = openOffice({ directory, security: host.security })
  try {
    const tickets = new Tickets(office.database, office.audit, office.nowMs)
    expect(tickets.list({ limit: 9 })).toMatchObject([
      {
        title: '离线交易被拒 Offline sale refused 000007 (000000000007)',
        source: 'offlineLoss',
        subject: '10000001',
        severity: 'high',
        knowledgeKey: 'E-OFFLINE-LOSS',
      },
    ])
  } finally {
    office.close()
  }
})
