import { lookup } from 'node:dns/promises'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { readBattery } from '../terminal/adapters/battery.ts'
import { DEFAULT_SETUP, readProfileFile, type TerminalSetup } from '../terminal/adapters/profile-file.ts'
import type { HostAddress, HostTls } from '../terminal/adapters/tcp-stream.ts'
import { findTerminalType, profileOfType } from '../terminal/adapters/terminal-type-profile.ts'
import { UsageFailure } from './failure.ts'

/** A serial path that is there and can be used. @throws {UsageFailure} */
export function checkDevicePath(option: string, path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined)
    throw new UsageFailure(
      `${option}: there is no ${path}; connect the device and give its path (ls /dev/serial/by-id)`,
    )
  if (!found.isCharacterDevice())
    throw new UsageFailure(`${option}: ${path} is no serial device; give a path such as /dev/ttyUSB0`)
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
  } catch {
    throw new UsageFailure(
      `${option}: no permission for ${path}; add this user to its group (tillwire doctor)`,
    )
  }
  return path
}

/** A folder that tells how full a battery is. @throws {UsageFailure} */
export function checkBattery(folder: string): string {
  if (readBattery(folder) === undefined)
    throw new UsageFailure(
      `--battery: ${folder} tells of no battery; give a folder such as /sys/class/power_supply/BAT0, or the battery folder of a board`,
    )
  return folder
}

/** `name:port`, `1.2.3.4:port` or `[::1]:port`. @throws {UsageFailure} */
export function parseHostAddress(text: string): HostAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port < 1 || port > 65_535)
    throw new UsageFailure('--host takes NAME:PORT, for example 127.0.0.1:8583')
  return { host, port }
}

/** That the name leads to an address. The host itself may still be down. @throws {UsageFailure} */
export async function checkHostName({ host }: HostAddress): Promise<void> {
  try {
    await lookup(host)
  } catch {
    throw new UsageFailure(`--host: the name ${host} leads to no address; check its spelling and the network`)
  }
}

export interface TlsFlags {
  readonly tls?: boolean
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsServerName?: string
}

/** Reads the files of the TLS options; undefined when the line is plain TCP. @throws {UsageFailure} */
export function readTls(flags: TlsFlags): HostTls | undefined {
  const { tls, tlsCa, tlsCert, tlsKey, tlsServerName } = flags
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new UsageFailure('--tls-cert and --tls-key belong together: give both or none')
  const asked = [tlsCa, tlsCert, tlsKey, tlsServerName].some((each) => each !== undefined)
  if (tls !== true && !asked) return undefined
  return {
    ...(tlsCa === undefined ? {} : { ca: readPem('--tls-ca', tlsCa) }),
    ...(tlsCert === undefined ? {} : { certificate: readPem('--tls-cert', tlsCert) }),
    ...(tlsKey === undefined ? {} : { key: readPem('--tls-key', tlsKey) }),
    ...(tlsServerName === undefined ? {} : { serverName: tlsServerName }),
  }
}

function readPem(option: string, path: string): string {
  const text = readText(option, path)
  if (!text.includes('-----BEGIN ')) throw new UsageFailure(`${option}: ${path} is not a PEM file`)
  return text
}

export interface IdentityFlags {
  readonly profile?: string
  /** A type of terminal, or a file of one. */
  readonly type?: string
  readonly tid?: string
  readonly mid?: string
}

/** The profile file, or the usual values, with the identity of the command line on top. @throws {UsageFailure} */
export function readSetup(flags: IdentityFlags): TerminalSetup {
  const setup = flags.profile === undefined ? DEFAULT_SETUP : setupOfFile(flags.profile)
  const { tid, mid } = flags
  if (tid !== undefined && !/^[0-9A-Za-z]{8}$/.test(tid))
    throw new UsageFailure('--tid takes 8 letters or digits')
  if (mid !== undefined && !/^[0-9A-Za-z]{15}$/.test(mid))
    throw new UsageFailure('--mid takes 15 letters or digits')
  const identity = {
    ...(tid === undefined ? {} : { terminalId: tid }),
    ...(mid === undefined ? {} : { merchantId: mid }),
  }
  return { ...setup, profile: { ...typed(setup.profile, flags.type), ...identity } }
}

function typed(profile: TerminalSetup['profile'], name: string | undefined): TerminalSetup['profile'] {
  if (name === undefined) return profile
  const type = findTerminalType(name)
  if (!type.ok) throw new UsageFailure(`--type: ${type.error.message}`)
  return profileOfType(profile, type.value)
}

function setupOfFile(path: string): TerminalSetup {
  const read = readProfileFile(path)
  if (!read.ok) throw new UsageFailure(`--profile: ${read.error.message}`)
  return read.value
}

/** The TR-31 key block of the command line or of a file, or undefined. @throws {UsageFailure} without the block. */
export function readKeyBlock(flags: {
  readonly keyBlock?: string
  readonly keyBlockFile?: string
}): string | undefined {
  const { keyBlock, keyBlockFile } = flags
  if (keyBlock !== undefined && keyBlockFile !== undefined)
    throw new UsageFailure('give either --key-block or --key-block-file')
  const text = keyBlockFile === undefined ? keyBlock : readText('--key-block-file', keyBlockFile)
  const block = text?.trim()
  if (block !== undefined && !/^[A-D][0-9A-Z]{15,}$/.test(block))
    throw new UsageFailure(
      'the key block is no TR-31 block: it begins with its version (B or D) and its length',
    )
  return block
}

function readText(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UsageFailure(`${option}: ${path} can not be read`)
  }
}

/** A number of an option. @throws {UsageFailure} */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UsageFailure(`${option} takes a whole number from ${least} to ${most}`)
  return value
}
