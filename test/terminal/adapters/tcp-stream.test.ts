import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SystemClock } from '../../../src/terminal/adapters/system-clock.ts'
import { type HostTls, TcpDialer } from '../../../src/terminal/adapters/tcp-stream.ts'
import type { ReceiveAnswer, SendAnswer } from '../../../src/terminal/flows/effect.ts'
import { DialedHostLink } from '../../../src/terminal/runtime/dialed-host-link.ts'
import type { HostLinkConfig } from '../../../src/terminal/runtime/host-link-session.ts'
import { makeCertificates, type TestCertificates } from './test-certificates.ts'

const CONFIG: HostLinkConfig = {
  prefix: 'binary2',
  frameSizeMax: 70_000,
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
}

const servers: Server[] = []
const links: DialedHostLink[] = []
const sockets = new Set<Socket>()
afterEach(async () => {
  for (const link of links.splice(0)) link.disconnect()
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))))
})

/** Listens on a free port; `serve` gets each connection. */
async function listen(serve: (socket: Socket) => void, tls?: TlsOptions): Promise<number> {
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  }
  const server = tls === undefined ? createServer(keep) : createTlsServer(tls, keep)
  server.on('tlsClientError', () => {})
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return portOf(server)
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not a TCP server')
  return address.port
}

function connectTo(port: number, tls?: HostTls) {
  const dialer = new TcpDialer({ host: '127.0.0.1', port }, tls)
  const link = new DialedHostLink(CONFIG, dialer, new SystemClock())
  links.push(link)
  return {
    link,
    send: (frame: Uint8Array) => new Promise<SendAnswer>((done) => link.send(frame, done)),
    receive: (timeoutMs = 20_000) => new Promise<ReceiveAnswer>((done) => link.receive(timeoutMs, done)),
  }
}

const echo = (socket: Socket): void => {
  socket.pipe(socket)
}
const FRAME = new Uint8Array([1, 2, 3, 4])

describe('over TCP', () => {
  it('a frame goes there and comes back, and a big one too', async () => {
    const { send, receive } = connectTo(await listen(echo))
    expect(await send(FRAME)).toEqual({ kind: 'sent' })
    expect(await receive()).toEqual({ kind: 'frame', frame: FRAME })
    const big = new Uint8Array(65_535).map((_, index) => index & 255)
    await send(big)
    expect(await receive()).toEqual({ kind: 'frame', frame: big })
  })

  it('where nobody listens, nothing was sent', async () => {
    const port = await listen(echo)
    await new Promise((done) => servers.pop()?.close(done))
    expect(await connectTo(port).send(FRAME)).toEqual({ kind: 'notSent', reason: 'connection refused' })
  })

  it('a host that hangs up without an answer: sent, and disconnected', async () => {
    const { send, receive } = connectTo(await listen((socket) => socket.once('data', () => socket.destroy())))
    expect(await send(FRAME)).toEqual({ kind: 'sent' })
    expect(await receive()).toEqual({ kind: 'disconnected' })
  })

  it('a host that closes its side after the answer: the answer is whole, and the next send dials again', async () => {
    let connections = 0
    const port = await listen((socket) => {
      connections++
      socket.once('data', (bytes) => socket.end(bytes))
    })
    const { send, receive } = connectTo(port)
    await send(FRAME)
    expect(await receive()).toEqual({ kind: 'frame', frame: FRAME })
    expect(await receive()).toEqual({ kind: 'disconnected' })
    await send(FRAME)
    expect(await receive()).toEqual({ kind: 'frame', frame: FRAME })
    expect(connections).toBe(2)
  })

  it('what was written before disconnect still arrives whole', async () => {
    let arrived = 0
    let ended: () => void = () => {}
    const end = new Promise<void>((resolve) => {
      ended = resolve
    })
    const port = await listen((socket) => {
      socket.on('data', (bytes) => {
        arrived += bytes.length
      })
      socket.on('end', ended)
    })
    const { link, send } = connectTo(port)
    await send(new Uint8Array(65_535))
    link.disconnect()
    await end
    expect(arrived).toBe(65_537)
  })

  it('a name that does not exist is told', async () => {
    const dialer = new TcpDialer({ host: 'host.invalid', port: 1 })
    const reason = await new Promise<string>((failed) => dialer.dial(() => failed('connected'), failed))
    expect(reason).toBe('host name not found')
  })
})

describe('over TLS', () => {
  let directory: string
  let certificates: TestCertificates
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillwire-tls-test-'))
    certificates = makeCertificates(directory)
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const listenTls = (who: 'host' | 'stranger', more: TlsOptions = {}): Promise<number> => {
    const { certificate, key } = certificates[who]
    return listen(echo, { cert: certificate, key, ca: certificates.ca, ...more })
  }
  const mutual: TlsOptions = { requestCert: true, rejectUnauthorized: true }

  it('a host with the right certificate is spoken to', async () => {
    const { send, receive } = connectTo(await listenTls('host'), {
      ca: certificates.ca,
      serverName: 'pos.test',
    })
    expect(await send(FRAME)).toEqual({ kind: 'sent' })
    expect(await receive()).toEqual({ kind: 'frame', frame: FRAME })
  })

  it('the address itself may be the name', async () => {
    const { send } = connectTo(await listenTls('host'), { ca: certificates.ca })
    expect(await send(FRAME)).toEqual({ kind: 'sent' })
  })

  it('a terminal shows its own certificate', async () => {
    const port = await listenTls('host', mutual)
    const { certificate, key } = certificates.terminal
    const { send, receive } = connectTo(port, {
      ca: certificates.ca,
      serverName: 'pos.test',
      certificate,
      key,
    })
    await send(FRAME)
    expect(await receive()).toEqual({ kind: 'frame', frame: FRAME })
  })

  it('without the certificate that the host asks for, nothing is answered', async () => {
    const port = await listenTls('host', { ...mutual, maxVersion: 'TLSv1.2' })
    const answer = await connectTo(port, { ca: certificates.ca, serverName: 'pos.test' }).send(FRAME)
    expect(answer.kind).toBe('notSent')
  })

  it('a host of another CA, of another name, or without TLS gets nothing', async () => {
    const reasons: string[] = []
    const attempts: readonly (readonly [number, string])[] = [
      [await listenTls('stranger'), 'pos.test'],
      [await listenTls('host'), 'other.test'],
      [await listen((socket) => socket.end('this is no TLS')), 'pos.test'],
    ]
    for (const [port, serverName] of attempts) {
      const answer = await connectTo(port, { ca: certificates.ca, serverName }).send(FRAME)
      expect(answer.kind).toBe('notSent')
      if (answer.kind === 'notSent') reasons.push(answer.reason)
    }
    expect(reasons.slice(0, 2)).toEqual(['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID'])
  })

  it('key material that is none fails as any connection does', async () => {
    const port = await listenTls('host')
    const answer = await connectTo(port, { ca: certificates.ca, certificate: 'x', key: 'y' }).send(FRAME)
    expect(answer).toEqual({ kind: 'notSent', reason: 'the TLS certificate or key can not be used' })
  })
})
