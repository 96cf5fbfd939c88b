import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KnowledgeError, openKnowledgeBase } from '../../../src/host/knowledge/knowledge-base.ts'
import { conditionOf } from '../../../src/terminal/drivers/printer-condition.ts'
import { conditionKey, MESSAGE_KEYS, messageKey } from '../../../src/terminal/flows/message-key.ts'
import { RESPONSE_CODES } from '../../../src/terminal/flows/response-codes.ts'
import { renderScreen, SCREEN_TEXTS } from '../../../src/terminal/flows/screen-texts.ts'

const base = openKnowledgeBase()
const HEALTHY = {
  online: true,
  coverOpen: false,
  paperEnd: false,
  paperNearEnd: false,
  error: undefined,
} as const

/** Progress, good ends, questions, and the two that show a response code; device troubles have keys by their device. */
const TELLS_NO_TROUBLE = new RegExp(
  `^(${[
    'ready(LogOn)?|commissioned(WithoutKey)?|loadingMasterKey|requestingKey|keyRequestReady|masterKeyLoaded',
    'component(Entered)|sign(ing|ed)(In|Off)|echo(ing|ed)|download(ing|ed)|uploadingStatus|statusUploaded|hostRequests',
    'package(None|Loading|Ready|OnTrial|Confirmed)|passwordChanged|logged(On|Off)|role\\w+|operator(Added|Removed)',
    'enter\\w+|repeatNewPassword|confirm(RemoveOperator|Void|Tip)|tip(Percent|Other|None)|acceptPartial|choose\\w+|option\\w+|voidingPartial',
    '(present|insert|swipe|remove)Card|useChip|chip\\.\\w+|readingChip|completingChip|cancelled|signHere|signOnPaper',
    'tap(InsertOrSwipe|OrInsert|OrSwipe|Card|Read)|readingTap|payInCurrency|orderClosing',
    'sending\\w+|scanCode|codeShown|customerConfirms|waitingForHost|approved(Partially)?|balance|revers(ing|ed)',
    'devicesReady|printing|transactionCount|settling\\w+|settled',
    'declined|hostRefused',
    'deviceMissing|deviceFault',
  ].join('|')})$`,
)

describe('the knowledge base', () => {
  test('has an article for each response code of the terminal', () => {
    expect(RESPONSE_CODES.filter(({ code }) => base.find(code)?.kind !== 'responseCode')).toEqual([])
  })
  test('has an article for each key that a message of the terminal shows', () => {
    expect(MESSAGE_KEYS.filter((key) => base.find(key) === undefined)).toEqual([])
  })
  test('leaves no message of the terminal without an article, but those that tell of no trouble', () => {
    const untold = Object.keys(SCREEN_TEXTS).filter(
      (id) => messageKey({ id }) === undefined && !TELLS_NO_TROUBLE.test(id),
    )
    expect(untold).toEqual([])
    expect(
      Object.keys(SCREEN_TEXTS).filter((id) => /^refused/.test(id) && TELLS_NO_TROUBLE.test(id)),
    ).toEqual([])
  })
  test('has an article for each trouble of each device', () => {
    for (const device of ['cardReader', 'pinPad', 'printer'])
      for (const id of ['deviceMissing', 'deviceFault'])
        expect(base.find(renderScreen({ id, values: { device } }, 'zh'))?.kind).toBe('terminalMessage')
  })
  test('has an article for each condition that a printer can report', () => {
    const statuses = [
      { ...HEALTHY, coverOpen: true },
      { ...HEALTHY, paperEnd: true },
      { ...HEALTHY, paperNearEnd: true },
      { ...HEALTHY, online: false },
      ...(['cutter', 'unrecoverable', 'recoverable', 'autoRecoverable'] as const).map((error) => ({
        ...HEALTHY,
        error,
      })),
    ]
    for (const status of statuses) {
      const key = conditionKey(conditionOf(status))
      expect(base.find(key ?? '')?.key, JSON.stringify(status)).toBe(key)
      expect(key).toBeDefined()
    }
    expect(conditionKey(conditionOf(HEALTHY))).toBeUndefined()
  })
  test('opens from the message that shows it, in both languages', () => {
    for (const id of Object.keys(SCREEN_TEXTS)) {
      const key = messageKey({ id })
      if (key === undefined) continue
      for (const language of ['zh', 'en'] as const)
        expect(base.find(renderScreen({ id }, language))?.key).toBe(key)
    }
    expect(base.find('51 可用余额不足 请改金额或换卡')?.key).toBe('51')
    expect(base.find('e-paper')?.key).toBe('E-PAPER')
    expect(base.find('a0')?.key).toBe('A0')
  })
  test('keeps no article that no message leads to, but those that the host and degraded devices show', () => {
    const elsewhere = ['E-PAPER-LOW', 'E-CUTTER', 'E-HEAD-HOT', 'E-DISK', 'E-BATTERY']
    const known = new Set([...MESSAGE_KEYS, ...elsewhere, ...RESPONSE_CODES.map(({ code }) => code)])
    expect(base.articles.filter(({ key }) => !known.has(key)).map(({ key }) => key)).toEqual([])
  })
  test('finds by words of either language, the title first', () => {
    expect(base.search('缺纸')[0]?.key).toBe('E-PAPER')
    expect(base.search('insufficient funds')[0]?.key).toBe('51')
    expect(base.search('lost card').map(({ key }) => key)).toContain('41')
    expect(base.search('no-such-word-anywhere')).toEqual([])
    expect(base.search('  ')).toEqual([])
  })
  test('says what is wrong with a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'knowledge-'))
    try {
      const good = new URL('../../../knowledge/response-codes.yaml', import.meta.url)
      writeFileSync(join(folder, 'response-codes.yaml'), readFileSync(good))
      writeFileSync(
        join(folder, 'terminal-messages.yaml'),
        'x-shared: {}\narticles: { E-X: { title: [a] } }\n',
      )
      expect(() => openKnowledgeBase(`${folder}/`)).toThrow(KnowledgeError)
      expect(() => openKnowledgeBase(`${folder}/nowhere/`)).toThrow(/install Tillwire again/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
