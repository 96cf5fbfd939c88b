import { readFile } from 'node:fs/promises'
import { fromHex, isHex } from '../../base/bytes.ts'
import { UsageFailure } from '../failure.ts'

/** All of standard input. */
export async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks)
}

/** A file's text, or standard input for `-`. */
export async function readText(path: string): Promise<string> {
  if (path === '-') return (await readStandardInput()).toString('utf8')
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw new UsageFailure(`cannot read ${path}`)
  }
}

/** Bytes of hexadecimal text; spaces, line breaks, colons, dashes and `0x` are allowed between and before pairs. */
export function bytesOfHexText(text: string): Uint8Array {
  const digits = text.replace(/0x/gi, '').replace(/[\s:,-]+/g, '')
  if (digits === '') throw new UsageFailure('there is no message; give hexadecimal digits, or - to read them')
  if (!isHex(digits)) {
    const odd = /^[0-9A-Fa-f]*$/.test(digits)
    throw new UsageFailure(
      odd ? 'the message has an odd number of hexadecimal digits' : 'the message is not hexadecimal',
    )
  }
  return fromHex(digits)
}

/** Standard input as hexadecimal text where it is that, else as the bytes themselves. */
export function bytesOfInput(input: Buffer): Uint8Array {
  const text = input.toString('latin1')
  return /^[\s0-9A-Fa-fxX:,-]*$/.test(text) ? bytesOfHexText(text) : new Uint8Array(input)
}
