import { invariant } from '../../base/invariant.ts'
import type { ByteStream, CancelTimer, Clock } from '../../base/ports.ts'
import type { ReceiveAnswer, SendAnswer } from '../flows/effect.ts'
import { type HostLinkConfig, type HostLinkEvent, HostLinkSession } from './host-link-session.ts'
import type { HostLink } from './terminal-world.ts'

/** Opens streams to one address. */
export interface StreamDialer {
  /** Calls one of the two, once. The returned function gives up: neither is called any more. */
  dial(connected: (stream: ByteStream) => void, failed: (reason: string) => void): () => void
}

export interface HostLinkObserver {
  /** A whole frame, without length prefix; only for logs that mask it. */
  frame?(direction: 'sent' | 'received', frame: Uint8Array): void
  line?(state: 'connecting' | 'connected' | 'disconnected', reason: string): void
}

/** The pump: joins a `HostLinkSession` to dialled streams and to the clock. */
export class DialedHostLink implements HostLink {
  readonly #session: HostLinkSession
  readonly #dialer: StreamDialer
  readonly #clock: Clock
  readonly #observer: HostLinkObserver
  #stream: ByteStream | undefined
  #giveUpDialing: (() => void) | undefined
  #stopTimer: CancelTimer | undefined
  #sendDone: ((answer: SendAnswer) => void) | undefined
  #receiveDone: ((answer: ReceiveAnswer) => void) | undefined

  constructor(config: HostLinkConfig, dialer: StreamDialer, clock: Clock, observer: HostLinkObserver = {}) {
    this.#session = new HostLinkSession(config)
    this.#dialer = dialer
    this.#clock = clock
    this.#observer = observer
  }

  send(frame: Uint8Array, done: (answer: SendAnswer) => void): void {
    invariant(this.#sendDone === undefined, 'a frame is being sent')
    this.#sendDone = (answer) => {
      if (answer.kind === 'sent') this.#observer.frame?.('sent', frame)
      done(answer)
    }
    this.#session.send(frame, this.#clock.nowMs())
    this.#pump()
  }

  receive(timeoutMs: number, done: (answer: ReceiveAnswer) => void): void {
    invariant(this.#receiveDone === undefined, 'a reply is being awaited')
    this.#receiveDone = (answer) => {
      if (answer.kind === 'frame') this.#observer.frame?.('received', answer.frame)
      done(answer)
    }
    this.#session.awaitFrame(timeoutMs, this.#clock.nowMs())
    this.#pump()
  }

  disconnect(): void {
    this.#session.disconnect()
    this.#pump()
  }

  /** Bytes go out before anybody is told that they did; answers come last, since they may call back. */
  #pump(): void {
    const events = this.#session.takeEvents()
    for (const event of events) this.#steer(event)
    for (const bytes of this.#session.takeOutput()) this.#stream?.write(bytes)
    this.#setTimer()
    for (const event of events) this.#tell(event)
  }

  #steer(event: HostLinkEvent): void {
    if (event.kind === 'connect') this.#dial()
    else if (event.kind === 'disconnect') this.#hangUp()
    else if (event.kind === 'garbage') this.#observer.line?.('disconnected', event.reason)
  }

  #tell(event: HostLinkEvent): void {
    if (event.kind === 'sendAnswered') {
      const done = this.#sendDone
      this.#sendDone = undefined
      done?.(event.answer)
    } else if (event.kind === 'receiveAnswered') {
      const done = this.#receiveDone
      this.#receiveDone = undefined
      done?.(event.answer)
    }
  }

  #dial(): void {
    this.#observer.line?.('connecting', '')
    let open = true
    const giveUp = this.#dialer.dial(
      (stream) => {
        if (!open) return
        open = false
        this.#giveUpDialing = undefined
        this.#adopt(stream)
      },
      (reason) => {
        if (!open) return
        open = false
        this.#giveUpDialing = undefined
        this.#observer.line?.('disconnected', reason)
        this.#session.connectFailed(reason)
        this.#pump()
      },
    )
    if (!open) return
    this.#giveUpDialing = () => {
      open = false
      giveUp()
    }
  }

  #adopt(stream: ByteStream): void {
    this.#stream = stream
    this.#observer.line?.('connected', '')
    stream.listen({
      received: (bytes) => {
        if (this.#stream !== stream) return
        this.#session.receive(bytes, this.#clock.nowMs())
        this.#pump()
      },
      ended: (end) => {
        if (this.#stream !== stream) return
        this.#stream = undefined
        this.#observer.line?.('disconnected', end)
        this.#session.ended()
        this.#pump()
      },
    })
    this.#session.connected(this.#clock.nowMs())
    this.#pump()
  }

  #hangUp(): void {
    this.#giveUpDialing?.()
    this.#giveUpDialing = undefined
    const stream = this.#stream
    this.#stream = undefined
    stream?.close()
  }

  #setTimer(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    const { deadlineMs } = this.#session
    if (deadlineMs === undefined) return
    this.#stopTimer = this.#clock.schedule(deadlineMs, () => {
      this.#stopTimer = undefined
      this.#session.expire(this.#clock.nowMs())
      this.#pump()
    })
  }
}
