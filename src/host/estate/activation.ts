import { createHash } from 'node:crypto'
import { toHex } from '../../base/bytes.ts'
import type { MerchantRow, TerminalRow } from '../core/records.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import type { KeyDistribution, KeyRequestFault } from '../security-module/key-distribution.ts'
import type { CaKey } from '../security-module/personalisation.ts'
import { type ActivationCodes, readActivationCode } from './activation-codes.ts'
import type { DeviceStock } from './device-stock.ts'
import type { Estate } from './estate.ts'
import { EstateRefusal } from './estate-refusal.ts'
import type { TerminalList } from './terminal-list.ts'

/** What a device sends to be activated. */
export interface ActivationRequest {
  readonly code: string
  /** DER, the pad's first. */
  readonly certificates: readonly Uint8Array[]
  /** 16 bytes that the pad drew. */
  readonly nonce: Uint8Array
  /** The pad's, over its serial number, the nonce and SHA-256 of the code. */
  readonly signature: Uint8Array
}

/** Everything that a terminal has to know of itself. JSON-safe. */
export interface Activation {
  readonly serialNumber: string
  /** Members of the terminal's profile. */
  readonly profile: {
    readonly terminalId: string
    readonly merchantId: string
    readonly merchantNameZh: string
    readonly merchantNameEn: string
    readonly currency: string
    readonly macAlgorithm: TerminalRow['profile']['macAlgorithm']
    readonly workingKeyAlgorithm: TerminalRow['profile']['workingKeys']
  }
  readonly caKeys: readonly {
    readonly rid: string
    readonly index: number
    readonly modulus: string
    readonly exponent: string
  }[]
  /** For the PIN pad, hexadecimal. */
  readonly keyPackage: string
  /** Of the master key in it. */
  readonly checkValue: string
}

export interface ActivationParts {
  readonly office: OfficeDatabase
  readonly audit: AuditLog
  readonly stock: DeviceStock
  readonly terminals: TerminalList
  readonly codes: ActivationCodes
  readonly distribution: KeyDistribution
  readonly estate: Pick<Estate, 'renewMasterKey'>
  readonly merchant: (mid: string) => MerchantRow | undefined
  readonly caKeys: readonly CaKey[]
  readonly nowMs: () => number
}

/** Nonces are kept as long as a code could live, and longer. */
const NONCE_LIFE_MS = 30 * 24 * 3_600_000

/**
 * A device that proves itself and shows its code becomes its terminal, with a fresh master key that only its pad can open.
 * The same request again gets the same answer, so that a lost reply costs no new code.
 */
export class ActivationDesk {
  readonly #parts: ActivationParts

  constructor(parts: ActivationParts) {
    this.#parts = parts
  }

  /** @throws {EstateRefusal} */
  activate(request: ActivationRequest): Activation {
    const { office, distribution, codes, stock } = this.#parts
    const code = readActivationCode(request.code)
    if (code === undefined) throw noCode()
    const context = createHash('sha256').update(code).digest()
    const proven = distribution.prove({ ...request, context })
    if (!proven.ok) throw refusedProof(proven.error)
    const { serialNumber } = proven.value
    const device = stock.find(serialNumber)
    if (device === undefined) throw unknownDevice(serialNumber)
    const requestHash = createHash('sha256')
      .update(context)
      .update(request.nonce)
      .update(request.signature)
      .digest()
    // Outside the transaction: a wrong try stays counted although the request is refused.
    const checked = codes.check(serialNumber, code, requestHash)
    if (checked.reply !== undefined) return JSON.parse(checked.reply) as Activation
    return office.transaction(() => {
      this.#rememberNonce(request.nonce)
      return this.#activate(proven.value, checked, requestHash)
    })
  }

  #activate(
    pad: Parameters<KeyDistribution['packageFor']>[0],
    { id, tid }: { readonly id: number; readonly tid: string },
    requestHash: Uint8Array,
  ): Activation {
    const { audit, stock, terminals, codes, distribution, estate, nowMs } = this.#parts
    const { serialNumber } = pad
    const device = stock.get(serialNumber)
    const plays = device.state === 'assigned' || device.state === 'installed'
    if (device.tid !== tid || !plays) throw unknownDevice(serialNumber)
    if (device.state === 'assigned') stock.move(serialNumber, 'installed')
    terminals.setDevice(tid, device)
    terminals.seen(tid, nowMs())
    audit.append({ actor: `device:${serialNumber}`, action: 'terminal.activated', subject: tid })
    // Last: a crash behind it leaves a fresh key and an open code, and the next try makes another key.
    const row = estate.renewMasterKey(tid)
    if (row.masterKey === undefined) throw unknownDevice(serialNumber)
    const keyPackage = distribution.packageFor(pad, row.masterKey)
    const activation = this.#answer(serialNumber, row, toHex(keyPackage), row.masterKey.checkValue)
    codes.use(id, requestHash, JSON.stringify(activation))
    return activation
  }

  #answer(serialNumber: string, row: TerminalRow, keyPackage: string, checkValue: string): Activation {
    const { merchant, caKeys } = this.#parts
    const { name = '', currency = '156' } = merchant(row.mid) ?? {}
    return {
      serialNumber,
      profile: {
        terminalId: row.tid,
        merchantId: row.mid,
        merchantNameZh: name.slice(0, 40),
        merchantNameEn: name.slice(0, 40),
        currency,
        macAlgorithm: row.profile.macAlgorithm,
        workingKeyAlgorithm: row.profile.workingKeys,
      },
      caKeys: caKeys.map(({ rid, index, modulus, exponent }) => ({
        rid: toHex(rid),
        index,
        modulus: toHex(modulus),
        exponent: toHex(exponent),
      })),
      keyPackage,
      checkValue,
    }
  }

  #rememberNonce(nonce: Uint8Array): void {
    const { office, nowMs } = this.#parts
    office.db.prepare('DELETE FROM estate_nonces WHERE atMs < ?').run(nowMs() - NONCE_LIFE_MS)
    const { changes } = office.db
      .prepare('INSERT OR IGNORE INTO estate_nonces VALUES (?, ?)')
      .run(nonce, nowMs())
    if (changes === 0)
      throw new EstateRefusal('replayed', {
        zh: '这个请求已处理过：请在终端上重新开始激活。',
        en: 'This request was used before: begin the activation again at the terminal.',
      })
  }
}

const CHAIN_TEXTS: { readonly [kind: string]: readonly [zh: string, en: string] } = {
  unreadable: ['无法读取', 'it can not be read'],
  otherRoot: ['不是受信任的厂商签发', 'it comes from a manufacturer that is not trusted here'],
  altered: ['签名不符，已被改动', 'its signature does not fit: it was altered'],
  notYetValid: ['尚未生效，请检查时钟', 'it is not valid yet: check the clocks'],
  expired: ['已过期', 'it has expired'],
  wrongPurpose: ['不是密码键盘的证书', 'it was made for something else'],
  weakKey: ['密钥强度不足', 'its key is too weak'],
}

/** Why a device was not believed, for the technician. */
export function refusedProof(fault: KeyRequestFault): EstateRefusal {
  const [zh, en] =
    fault.kind === 'chain'
      ? (CHAIN_TEXTS[fault.fault.kind] ?? ['不可用', 'it is of no use'])
      : fault.kind === 'notAPad'
        ? ['不是密码键盘的证书', 'it is not that of a PIN pad']
        : [
            '设备未能证明持有其私钥，或激活码不同',
            'the device did not prove that it has its private key, for this code',
          ]
  return new EstateRefusal('certificate', {
    zh: `设备证书被拒绝：${zh}。请联系客服。`,
    en: `The certificate of the device is refused: ${en}. Call support.`,
  })
}

function noCode(): EstateRefusal {
  return new EstateRefusal('codeWrong', {
    zh: '激活码由 10 位字母和数字组成：请核对后重输。',
    en: 'An activation code has ten letters and digits: check it and enter it again.',
  })
}

function unknownDevice(serial: string): EstateRefusal {
  return new EstateRefusal('notFound', {
    zh: `设备 ${serial} 没有登记，或没有分配给终端：请联系客服。`,
    en: `Device ${serial} is not registered, or plays no terminal: call support.`,
  })
}
