import { concatBytes, equalBytes } from '../../src/base/bytes.ts'
import type { CancelTimer, Clock, Random } from '../../src/base/ports.ts'
import { keyCheckValue } from '../../src/crypto/key-check-value.ts'
import { COMPONENT_COUNT } from '../../src/crypto/key-components.ts'
import { KEY_PACKAGE_SIZE_MAX } from '../../src/crypto/key-package.ts'
import {
  type ComponentResultEvent,
  decodeCertificatePart,
  decodeEnterComponent,
  decodeJoinComponents,
  decodePackagePart,
  encodeComponentResult,
  KEY_REQUEST_CONTEXT_SIZE,
} from '../protocol/key-loading-payloads.ts'
import { COMMAND, EVENT, STATUS } from '../protocol/link-codes.ts'
import { ComponentEntry } from './component-entry.ts'
import { type DeviceReply, OK } from './device-session.ts'
import { KeyTransport } from './key-transport.ts'
import type { KeyMemory, PinKeys } from './pin-keys.ts'

export interface PadKeyLoadingOptions {
  readonly clock: Clock
  readonly random: Random
  readonly memory: KeyMemory
  readonly keys: PinKeys
  readonly screenChanged: (screen: { readonly kind: 'lines'; readonly lines: readonly string[] }) => void
  readonly report: (event: number, payload: Uint8Array) => void
}

/** Master keys that come to the pad from afar or by people's hands. Source: docs/peripheral-link.md 7.9 to 7.11. */
export class PadKeyLoading {
  readonly #options: PadKeyLoadingOptions
  readonly #transport: KeyTransport
  readonly #entry = new ComponentEntry()
  #algorithm: 'tdes' | 'sm4' = 'tdes'
  #package: Uint8Array = new Uint8Array(0)
  #cancelTimer: CancelTimer | undefined

  constructor(options: PadKeyLoadingOptions) {
    this.#options = options
    this.#transport = new KeyTransport(options.memory, options.random, options.clock)
  }

  get isEntering(): boolean {
    return this.#entry.isOpen
  }

  /** Undefined: it is no command of key loading. */
  perform(command: number, payload: Uint8Array): DeviceReply | undefined {
    switch (command) {
      case COMMAND.readCertificate: {
        const part = decodeCertificatePart(payload)
        return part === undefined ? BAD : this.#transport.certificate(part.index, part.offset)
      }
      case COMMAND.requestKey:
        return payload.length === KEY_REQUEST_CONTEXT_SIZE ? this.#transport.request(payload) : BAD
      case COMMAND.loadKeyPackage:
        return this.#load(payload)
      case COMMAND.enterComponent:
        return this.#enter(payload)
      case COMMAND.joinComponents:
        return this.#join(payload)
      default:
        return undefined
    }
  }

  /** False when no component is being typed. */
  press(key: string): boolean {
    if (!this.#entry.isOpen) return false
    if (key === 'cancel') this.#end({ kind: 'cancelled' })
    else if (key === 'enter') this.#entered()
    else {
      if (key === 'clear') this.#entry.clearGroup()
      else this.#entry.type(key)
      this.#options.report(EVENT.keyPressed, Uint8Array.of(this.#entry.progress.digitCount))
      this.#show()
    }
    return true
  }

  /** False when no component was being typed. */
  cancel(): boolean {
    if (!this.#entry.isOpen) return false
    this.#close()
    return true
  }

  forget(): void {
    this.cancel()
    this.#entry.forget()
    this.#package = new Uint8Array(0)
  }

  #load(payload: Uint8Array): DeviceReply {
    const part = decodePackagePart(payload)
    const collected = this.#package
    this.#package = new Uint8Array(0)
    if (part === undefined || collected.length + part.data.length > KEY_PACKAGE_SIZE_MAX) return BAD
    const bytes = concatBytes([collected, part.data])
    if (part.hasMore) {
      this.#package = bytes
      return OK
    }
    const opened = this.#transport.open(bytes)
    return 'status' in opened ? opened : this.#options.keys.takeMasterKey(opened.algorithm, opened.key)
  }

  #enter(payload: Uint8Array): DeviceReply {
    const request = decodeEnterComponent(payload)
    if (request === undefined) return BAD
    if (this.#entry.isOpen) return { status: STATUS.busy }
    if (!this.#entry.begin(request.index)) return { status: STATUS.wrongState }
    this.#algorithm = request.algorithm
    const { clock } = this.#options
    const atMs = clock.nowMs() + request.timeoutMs
    this.#cancelTimer = clock.schedule(atMs, () => this.#end({ kind: 'timeout' }))
    this.#show()
    return OK
  }

  #entered(): void {
    const entered = this.#entry.enter()
    if (entered === 'wrong' || entered === 'next') {
      this.#show(entered === 'wrong' ? '输入有误，请重输 Wrong: again' : '')
      return
    }
    this.#end({ kind: 'entered', checkValue: keyCheckValue(this.#algorithm, entered) })
  }

  #join(payload: Uint8Array): DeviceReply {
    const request = decodeJoinComponents(payload)
    if (request === undefined) return BAD
    const key = this.#entry.join()
    if (key === undefined) return { status: STATUS.wrongState }
    const { algorithm, checkValue } = request
    if (!equalBytes(keyCheckValue(algorithm, key, checkValue.length), checkValue))
      return { status: STATUS.checkValueWrong, body: Uint8Array.of(0) }
    return this.#options.keys.takeMasterKey(algorithm, key)
  }

  #end(event: ComponentResultEvent): void {
    this.#close()
    this.#options.report(EVENT.componentResult, encodeComponentResult(event))
  }

  #close(): void {
    this.#cancelTimer?.()
    this.#entry.close()
    this.#options.screenChanged({ kind: 'lines', lines: [] })
  }

  #show(note = ''): void {
    const { index, group, digitCount } = this.#entry.progress
    this.#options.screenChanged({
      kind: 'lines',
      lines: [
        `密钥分量 Key component ${index + 1}/${COMPONENT_COUNT}`,
        `第 ${group + 1}/8 组，六位数字 Group ${group + 1} of 8`,
        '*'.repeat(digitCount),
        note,
      ],
    })
  }
}

const BAD: DeviceReply = { status: STATUS.badPayload }
