import { Secret, TOTP } from 'otpauth'

/** SHA-1, six digits, 30 seconds: what every authenticator app takes. Source: RFC 6238. */
const PERIOD_S = 30
const SECRET_SIZE = 20
/** A phone's clock may be this many steps off. */
const WINDOW = 1

export interface FactorOffer {
  /** 20 bytes. */
  readonly secret: Uint8Array
  /** For the QR code that an authenticator app reads; shown once. */
  readonly uri: string
  /** Base32, for typing. */
  readonly text: string
}

export function offerFactor(userName: string): FactorOffer {
  const secret = new Secret({ size: SECRET_SIZE })
  const { base32 } = secret
  return { secret: secret.bytes, uri: totpOf(secret, userName).toString(), text: base32 }
}

/** Time step of a right code; undefined for a wrong one. */
export function factorStepOf(secret: Uint8Array, code: string, nowMs: number): number | undefined {
  const totp = totpOf(new Secret({ buffer: Uint8Array.from(secret).buffer }), '')
  const delta = totp.validate({ token: code, timestamp: nowMs, window: WINDOW })
  return delta === null ? undefined : Math.floor(nowMs / 1000 / PERIOD_S) + delta
}

function totpOf(secret: Secret, label: string): TOTP {
  return new TOTP({ issuer: 'Tillwire', label, algorithm: 'SHA1', digits: 6, period: PERIOD_S, secret })
}
