import type { Dialect } from './records.ts'

const SUCCESS: ReadonlySet<string> = new Set(['00', '10', '11', 'A2', 'A4', 'A5', 'A6'])

/** Whether field 39 says that it was done. Source: response code table of the home dialect. */
export function isSuccess(responseCode: string): boolean {
  return SUCCESS.has(responseCode)
}

/** Codes that ISO 8583:1987 does not have, and what stands for them there. */
const ISO_1987: Readonly<Record<string, string>> = {
  '22': '12',
  '45': '57',
  '77': '58',
  '97': '58',
  '99': '63',
  A0: '63',
  A1: '12',
  A7: '96',
}

/** `responseCode` as `dialect` writes it in field 39. */
export function responseCodeIn(dialect: Dialect, responseCode: string): string {
  return dialect === 'unionpay-pos' ? responseCode : (ISO_1987[responseCode] ?? responseCode)
}
