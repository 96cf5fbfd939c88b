import { describe, expect, it } from 'vitest'
import { COMMAND, EVENT, LINK, REPLY } from '../../../hardware/protocol/link-codes.ts'
import { encodeFrame, LinkDecoder, type LinkFrame } from '../../../hardware/protocol/link-frame.ts'
import { deviceOf, PeripheralSession } from '../../../src/terminal/drivers/peripheral-session.ts'

const CONFIG = { address: 1, replyTimeoutMs: 100, workTimeoutMs: 1000, attemptsMax: 3 }
const NOTHING = new Uint8Array(0)
const OK = Uint8Array.of(0)

function started(): PeripheralSession {
  const session = new PeripheralSession(CONFIG)
  session.request(COMMAND.status, NOTHING, 0)
  return session
}

/** Frames that the session wants to send. */
function sent(session: PeripheralSession): readonly LinkFrame[] {
  return session
    .takeOutput()
    .flatMap((bytes) => new LinkDecoder().push(bytes))
    .flatMap((item) => (item.kind === 'frame' ? [item.frame] : []))
}

function fromDevice(sequence: number, command: number, payload: Uint8Array = NOTHING): LinkFrame {
  return { address: 0x81, sequence, command, payload }
}

describe('peripheral session', () => {
  it('sends one command and takes its reply', () => {
    const session = started()
    expect(sent(session)).toEqual([{ address: 1, sequence: 1, command: COMMAND.status, payload: NOTHING }])
    session.receive(fromDevice(1, COMMAND.status | REPLY, OK), 5)
    expect(session.takeEvents()).toEqual([{ kind: 'reply', payload: OK }])
    expect(session.deadlineMs).toBeUndefined()
  })

  it('repeats an unanswered command with its sequence number, then gives up', () => {
    const session = started()
    const first = sent(session)
    session.expire(99)
    expect(sent(session)).toEqual([])
    session.expire(100)
    expect(sent(session)).toEqual(first)
    session.expire(200)
    expect(sent(session)).toEqual(first)
    session.expire(300)
    expect(sent(session)).toEqual([])
    expect(session.takeEvents()).toEqual([{ kind: 'failed', attempts: 3 }])
  })

  it('repeats at once when the device could not read it', () => {
    const session = started()
    const first = sent(session)
    session.receive(fromDevice(1, LINK.nak), 10)
    expect(sent(session)).toEqual(first)
  })

  it('waits longer for a device that is at work', () => {
    const session = started()
    sent(session)
    session.receive(fromDevice(1, LINK.ack), 90)
    session.expire(1000)
    expect(sent(session)).toEqual([])
    session.receive(fromDevice(1, COMMAND.status | REPLY, OK), 1050)
    expect(session.takeEvents()).toEqual([{ kind: 'reply', payload: OK }])
  })

  it('takes no late reply for another', () => {
    const session = started()
    session.receive(fromDevice(1, COMMAND.status | REPLY, OK), 5)
    session.request(COMMAND.disarm, NOTHING, 10)
    session.takeEvents()
    session.receive(fromDevice(1, COMMAND.status | REPLY, OK), 11)
    session.receive(fromDevice(2, COMMAND.status | REPLY, OK), 12)
    expect(session.takeEvents()).toEqual([])
    session.receive(fromDevice(2, COMMAND.disarm | REPLY, OK), 13)
    expect(session.takeEvents()).toHaveLength(1)
  })

  it('acknowledges each event and tells it once', () => {
    const session = new PeripheralSession(CONFIG)
    for (let time = 0; time < 2; time++) session.receive(fromDevice(9, EVENT.cardRemoved), time)
    expect(sent(session)).toEqual([
      { address: 1, sequence: 9, command: LINK.ack, payload: NOTHING },
      { address: 1, sequence: 9, command: LINK.ack, payload: NOTHING },
    ])
    expect(session.takeEvents()).toEqual([{ kind: 'event', code: EVENT.cardRemoved, payload: NOTHING }])
    session.receive(fromDevice(10, EVENT.cardRemoved), 5)
    expect(session.takeEvents()).toHaveLength(1)
  })

  it('asks for a damaged reply again', () => {
    const session = started()
    sent(session)
    session.damaged()
    expect(sent(session)).toEqual([{ address: 1, sequence: 1, command: LINK.nak, payload: NOTHING }])
  })

  it('fails its command when the line goes', () => {
    const session = started()
    session.disconnect()
    expect(session.takeEvents()).toEqual([{ kind: 'failed', attempts: 1 }])
    expect(sent(session)).toEqual([])
  })

  it('knows what comes from a device', () => {
    const frame = { address: 0x82, sequence: 0, command: 0, payload: NOTHING }
    expect(deviceOf(frame)).toBe(2)
    expect(deviceOf({ ...frame, address: 2 })).toBeUndefined()
    expect(new LinkDecoder().push(encodeFrame(frame))).toHaveLength(1)
  })
})
