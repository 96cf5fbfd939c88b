import { err, ok, type Result } from '../../base/result.ts'
import type { SubfieldError } from './subfield-error.ts'

/** Field 63 of the UnionPay POS dialect. Source: docs of the dialect, 5.4. */
export interface Field63 {
  /**
   * 63.1, three characters: operator (`01 `) in sign-in and settlement requests, card organisation (`CUP`)
   * elsewhere.
   */
  readonly operatorOrOrganisation: string
  /** 63.2 of a reply: text of issuer (20), centre (20) and acquirer (20), then reserve. */
  readonly text?: string
}

export function parseField63(text: string): Result<Field63, SubfieldError> {
  if (text.length < 3) return err({ kind: 'wrongLength', offset: text.length })
  const operatorOrOrganisation = text.slice(0, 3)
  return ok(text.length === 3 ? { operatorOrOrganisation } : { operatorOrOrganisation, text: text.slice(3) })
}

export function formatField63({ operatorOrOrganisation, text }: Field63): string {
  return operatorOrOrganisation.padEnd(3, ' ').slice(0, 3) + (text ?? '')
}

/** The three texts of 63.2, trimmed; empty where the reply is shorter. */
export function splitReplyText(text: string): {
  readonly issuer: string
  readonly centre: string
  readonly acquirer: string
} {
  return {
    issuer: text.slice(0, 20).trim(),
    centre: text.slice(20, 40).trim(),
    acquirer: text.slice(40, 60).trim(),
  }
}
