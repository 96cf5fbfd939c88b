import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PROGRAM = 'openssl'

interface Identity {
  readonly certificate: string
  readonly key: string
}

export interface TestCertificates {
  readonly ca: string
  readonly host: Identity
  readonly terminal: Identity
  /** Signed by another CA. */
  readonly stranger: Identity
}

/** A CA, a host `pos.test`, a terminal, and a stranger, made by the `openssl` program. */
export function makeCertificates(directory: string): TestCertificates {
  const ca = selfSigned(directory, 'ca')
  selfSigned(directory, 'other')
  return {
    ca: ca.certificate,
    host: signed(directory, 'host', 'ca', 'subjectAltName=DNS:pos.test,IP:127.0.0.1'),
    terminal: signed(directory, 'terminal', 'ca', 'extendedKeyUsage=clientAuth'),
    stranger: signed(directory, 'stranger', 'other', 'subjectAltName=DNS:pos.test'),
  }
}

function selfSigned(directory: string, name: string): Identity {
  openssl(directory, [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=Tillwire test ${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`],
  ])
  return identity(directory, name)
}

function signed(directory: string, name: string, issuer: string, extension: string): Identity {
  writeFileSync(join(directory, `${name}.ext`), `${extension}\n`)
  openssl(directory, [
    ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`],
  ])
  openssl(directory, [
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`],
    ...['-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.pem`],
  ])
  return identity(directory, name)
}

function identity(directory: string, name: string): Identity {
  const read = (suffix: string): string => readFileSync(join(directory, `${name}.${suffix}`), 'utf8')
  return { certificate: read('pem'), key: read('key') }
}

function openssl(directory: string, args: readonly string[]): void {
  try {
    execFileSync(PROGRAM, args, { cwd: directory, stdio: 'pipe' })
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Error(
      missing ? `THE ${PROGRAM} PROGRAM IS MISSING: install it (apt-get install ${PROGRAM})` : String(error),
    )
  }
}
