import { readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { fromHex, toHex } from '../../base/bytes.ts'
import {
  type PackageFault,
  type PackageManifest,
  packageContent,
  parsePackageHead,
} from '../../base/software-package.ts'
import {
  generatePackageKey,
  makePackage,
  type PackageWish,
  signPackage,
  softwarePackageServices,
} from '../../crypto/software-signature.ts'
import { parsePackageContent } from '../../terminal/adapters/package-content-file.ts'
import { Finding, UsageFailure } from '../failure.ts'

interface MakeFlags {
  readonly content: string
  readonly out: string
  readonly name: string
  readonly version: string
  readonly minimum: string
  readonly type?: readonly string[]
  readonly block: string
  readonly rollbackFrom?: string
}

/** What is wrong, for a person. */
const FAULTS: Readonly<Record<PackageFault, string>> = {
  format: 'it is no package, or a damaged one 不是软件包或已损坏',
  truncated: 'it is cut short 文件不完整',
  untrusted: 'this key did not sign it 不是该密钥签名',
  signature: 'its signature is wrong 签名错误',
  hash: 'its content is not what the manifest says 内容与清单不符',
  terminalType: 'it is for other terminals 机型不符',
  notNewer: 'it is not newer 版本不高',
  minimumVersion: 'it needs a later version before it 需先升级',
  content: 'its content is no use 内容无法使用',
}

export function buildCommand(): Command {
  return new Command('package')
    .description('Software packages for terminals: make, sign and check them. 软件包')
    .addCommand(keygenCommand())
    .addCommand(makeCommand())
    .addCommand(signCommand())
    .addCommand(verifyCommand())
    .addCommand(showCommand())
}

function keygenCommand(): Command {
  return new Command('keygen')
    .description(
      'Make a key pair; terminals take packages of the public key in their profile (packageKeys). 生成密钥',
    )
    .requiredOption('--out <file>', 'private key; beside it the public one, with .pub')
    .action(({ out }: { readonly out: string }) => {
      const { privateKey, publicKey } = generatePackageKey()
      writeFileSync(out, `${toHex(privateKey)}\n`, { mode: 0o600, flag: 'wx' })
      writeFileSync(`${out}.pub`, `${toHex(publicKey)}\n`, { flag: 'wx' })
      say([
        `${out}: private key, keep it off the network 私钥，请离线保管`,
        `${out}.pub: ${toHex(publicKey)}`,
      ])
    })
}

function makeCommand(): Command {
  return new Command('make')
    .description('Put profile values, texts and kernel tables into a package; it is not signed yet. 打包')
    .requiredOption('--content <file>', 'JSON: profile, texts, caKeys, applications (docs/downloads.md)')
    .requiredOption('--out <file>', 'package file')
    .requiredOption('--version <x.y.z>', 'of the package')
    .option('--name <name>', 'of the package', 'terminal')
    .option('--minimum <x.y.z>', 'version that a terminal must have at least', '0.0.0')
    .option('--type <id...>', 'types of terminals; all without')
    .option('--block <bytes>', 'bytes of a block that is checked by itself', '4096')
    .option('--rollback-from <x.y.z>', 'it leads back from this version to an older one')
    .action(make)
}

function make(flags: MakeFlags): void {
  const content = readBytes(flags.content)
  const parsed = parsePackageContent(new TextDecoder().decode(content))
  if (!parsed.ok) throw new UsageFailure(`${flags.content}: ${parsed.error.message}`)
  const wish: PackageWish = {
    name: flags.name,
    version: flags.version,
    minimumVersion: flags.minimum,
    terminalTypes: flags.type ?? [],
    blockSize: Number(flags.block),
    ...(flags.rollbackFrom === undefined ? {} : { rollbackFrom: flags.rollbackFrom }),
  }
  if (!Number.isInteger(wish.blockSize) || wish.blockSize < 256)
    throw new UsageFailure('--block takes 256 or more')
  const names = [wish.name, ...wish.terminalTypes]
  if (!names.every((each) => /^[0-9A-Za-z][\w.-]*$/.test(each)))
    throw new UsageFailure('--name and --type take letters, digits, points and dashes')
  const made = makePackage(wish, content)
  // What can't be read back is no package: a version that is none, or too much content.
  if (!parsePackageHead(made).ok)
    throw new UsageFailure(
      'give versions as x.y.z, and a content of at most 4 MiB with blocks that are not too small',
    )
  writeFileSync(flags.out, made)
  say([`${flags.out}: not signed yet 尚未签名`])
}

function signCommand(): Command {
  return new Command('sign')
    .description('Sign a package. 签名')
    .argument('<package>')
    .requiredOption('--key <file>', 'private key of keygen')
    .option('--out <file>', 'signed package; in place of the unsigned one without')
    .action((file: string, { key, out }: { readonly key: string; readonly out?: string }) => {
      const signed = signPackage(readBytes(file), readKey(key))
      if (signed === undefined) throw new Finding(`${file}: ${FAULTS.format}`)
      writeFileSync(out ?? file, signed)
      say([`${out ?? file}: signed 已签名`, `id ${idOf(signed)}`])
    })
}

function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Check signature, hashes and content as a terminal does; exit code 1 when one is wrong. 验签',
    )
    .argument('<package>')
    .requiredOption('--key <file>', 'public key that is trusted')
    .option('--json', 'print JSON')
    .action((file: string, { key, json }: { readonly key: string; readonly json?: boolean }) => {
      const bytes = readBytes(file)
      const parsed = packageContent(bytes, [toHex(readKey(key))], softwarePackageServices)
      const content = parsed.ok
        ? parsePackageContent(new TextDecoder().decode(parsed.value.content))
        : undefined
      const fault = parsed.ok ? (content?.ok === true ? undefined : 'content') : parsed.error
      if (json) process.stdout.write(`${JSON.stringify({ file, id: idOf(bytes), fault: fault ?? null })}\n`)
      if (fault !== undefined) throw new Finding(`${file}: ${FAULTS[fault]}`)
      if (!json) say([`${file}: good 有效`, `id ${idOf(bytes)}`])
    })
}

function showCommand(): Command {
  return new Command('show')
    .description('Print what a package says of itself; nothing is checked. 查看')
    .argument('<package>')
    .option('--json', 'print JSON')
    .action((file: string, { json }: { readonly json?: boolean }) => {
      const bytes = readBytes(file)
      const head = parsePackageHead(bytes)
      if (!head.ok) throw new Finding(`${file}: ${FAULTS[head.error]}`)
      const { manifest } = head.value
      if (json) process.stdout.write(`${JSON.stringify({ id: idOf(bytes), ...manifest })}\n`)
      else say([`id ${idOf(bytes)}`, ...manifestLines(manifest)])
    })
}

function manifestLines(manifest: PackageManifest): readonly string[] {
  const { name, version, minimumVersion, terminalTypes, size, blocks, blockSize, signer, rollbackFrom } =
    manifest
  return [
    `name 名称     ${name}`,
    `version 版本  ${version} (from 起 ${minimumVersion})`,
    ...(rollbackFrom === undefined ? [] : [`leads back from 回退自  ${rollbackFrom}`]),
    `types 机型    ${terminalTypes.length === 0 ? 'all 全部' : terminalTypes.join(', ')}`,
    `size 大小     ${size} bytes, ${blocks.length} × ${blockSize}`,
    `signer 签名者 ${/^0+$/.test(signer) ? 'nobody yet 尚未签名' : signer}`,
  ]
}

function readKey(path: string): Uint8Array {
  const text = new TextDecoder().decode(readBytes(path)).trim()
  if (!/^[0-9A-Fa-f]{64}$/.test(text))
    throw new UsageFailure(`${path} is no key: it holds 64 hexadecimal digits`)
  return fromHex(text)
}

function readBytes(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch {
    throw new UsageFailure(`cannot read ${path}: name an existing file`)
  }
}

function idOf(bytes: Uint8Array): string {
  return toHex(softwarePackageServices.sha256(bytes))
}

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
