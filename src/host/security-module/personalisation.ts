import { constants, createPrivateKey, generateKeyPairSync, type KeyObject, privateEncrypt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fromHex, toHex } from '../../base/bytes.ts'
import type { CryptogramScheme, WrappedKey } from '../core/security-module-port.ts'
import { writePrivateFile } from './private-file.ts'
import { SecurityModuleError } from './security-module-error.ts'
import type { SoftwareSecurityModule } from './software-security-module.ts'

/** An issuer as personalisation sees it. */
export interface PersonalisationIssuer {
  readonly id: string
  readonly organisation: string
  readonly cryptogramScheme: CryptogramScheme
  readonly cryptogramKey: WrappedKey | undefined
}

/** A signing key of which only the public half can be seen. */
export interface SealedSigningKey {
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
  /** Raw private operation over as many bytes as the modulus. */
  readonly sign: (plain: Uint8Array) => Uint8Array
}

/** What it takes to make a card of one issuer. */
export interface CardIssuerKeys {
  /** 5 bytes in hexadecimal. */
  readonly rid: string
  readonly caIndex: number
  readonly ca: SealedSigningKey
  readonly issuer: SealedSigningKey
  /** MMYY. */
  readonly issuerExpiry: string
  readonly scheme: CryptogramScheme
  /** The card's own master keys in clear, hexadecimal: they go into the card. */
  cardKeys(
    pan: string,
    panSequence: string,
    scheme: CryptogramScheme,
  ): { readonly ac: string; readonly smi: string; readonly smc: string }
}

/** Public key of the test certification authority, as a terminal loads it. */
export interface CaKey {
  readonly rid: Uint8Array
  readonly index: number
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
}

export interface Personalisation {
  issuerKeys(issuer: PersonalisationIssuer): CardIssuerKeys
  /** One for each registered application provider. */
  readonly caKeys: readonly CaKey[]
}

const FILE = 'personalisation.json'
const CA_BITS = 1408
const ISSUER_BITS = 1152
const CA_INDEX = 1
const ISSUER_EXPIRY = '1249'
/** Registered application providers, by the organisation of field 63. */
const RIDS: Readonly<Record<string, string>> = { CUP: 'A000000333', VIS: 'A000000003', MCC: 'A000000004' }

const wrappedKey = z.object({ block: z.string(), checkValue: z.string() })
const schema = z.object({
  format: z.literal('tillwire-personalisation-1'),
  ca: z.string(),
  issuers: z.record(z.string(), z.object({ signing: z.string(), smi: wrappedKey, smc: wrappedKey })),
})
type Stored = z.infer<typeof schema>

/**
 * Opens the keys that cards are made with; they are made at the first start. Signing keys are sealed and script
 * keys wrapped by `security`.
 *
 * @throws {SecurityModuleError} when the file is damaged.
 */
export function openPersonalisation(options: {
  readonly directory: string
  readonly security: SoftwareSecurityModule
  readonly issuers: readonly PersonalisationIssuer[]
}): Personalisation {
  const { directory, security, issuers } = options
  const path = join(directory, FILE)
  const stored = readStored(path) ?? {
    format: 'tillwire-personalisation-1',
    ca: newSigningKey(security, CA_BITS),
    issuers: {},
  }
  const missing = issuers.filter(({ id }) => stored.issuers[id] === undefined)
  for (const { id } of missing) {
    stored.issuers[id] = {
      signing: newSigningKey(security, ISSUER_BITS),
      smi: security.generateKey('issuerMasterSmi', 'tdes2'),
      smc: security.generateKey('issuerMasterSmc', 'tdes2'),
    }
  }
  if (missing.length > 0) writePrivateFile(path, `${JSON.stringify(stored)}\n`)
  const ca = signingKey(security, stored.ca)
  return {
    issuerKeys: (issuer) => keysOf(security, stored, ca, issuer),
    caKeys: Object.values(RIDS).map((rid) => ({
      rid: fromHex(rid),
      index: CA_INDEX,
      modulus: ca.modulus,
      exponent: ca.exponent,
    })),
  }
}

function readStored(path: string): Stored | undefined {
  if (!existsSync(path)) return undefined
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new SecurityModuleError(`${path} is damaged; restore it from your backup`)
  }
}

function newSigningKey(security: SoftwareSecurityModule, bits: number): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: 65_537 })
  return toHex(security.sealData(privateKey.export({ format: 'der', type: 'pkcs8' })))
}

function signingKey(security: SoftwareSecurityModule, sealed: string): SealedSigningKey {
  const key: KeyObject = createPrivateKey({
    key: Buffer.from(security.unsealData(fromHex(sealed))),
    format: 'der',
    type: 'pkcs8',
  })
  const { n = '', e = '' } = key.export({ format: 'jwk' })
  return {
    modulus: Uint8Array.from(Buffer.from(n, 'base64url')),
    exponent: Uint8Array.from(Buffer.from(e, 'base64url')),
    sign: (plain) => Uint8Array.from(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, plain)),
  }
}

function keysOf(
  security: SoftwareSecurityModule,
  stored: Stored,
  ca: SealedSigningKey,
  issuer: PersonalisationIssuer,
): CardIssuerKeys {
  const keys = stored.issuers[issuer.id]
  const { cryptogramKey } = issuer
  if (keys === undefined || cryptogramKey === undefined) {
    throw new SecurityModuleError(`issuer ${issuer.id} has no keys to make cards with`)
  }
  return {
    rid: RIDS[issuer.organisation] ?? 'A000000333',
    caIndex: CA_INDEX,
    ca,
    issuer: signingKey(security, keys.signing),
    issuerExpiry: ISSUER_EXPIRY,
    scheme: issuer.cryptogramScheme,
    cardKeys(pan, panSequence, scheme) {
      const card = { pan, panSequence, scheme }
      return {
        ac: toHex(security.personaliseCardKey(cryptogramKey, 'issuerMasterAc', card)),
        smi: toHex(security.personaliseCardKey(keys.smi, 'issuerMasterSmi', card)),
        smc: toHex(security.personaliseCardKey(keys.smc, 'issuerMasterSmc', card)),
      }
    },
  }
}
