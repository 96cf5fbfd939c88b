import { openSync } from 'node:fs'
import { approval, encoded, openTinyHost } from './tiny-host.ts'

/** A host that keeps 256 KB and, every tenth time, a descriptor of each request: run as a process of its own. */
const kept: Uint8Array[] = []
let count = 0

const { port } = await openTinyHost((request) => {
  kept.push(new Uint8Array(256 * 1024).fill(1))
  count++
  if (count % 10 === 0) openSync('/dev/null', 'r')
  return encoded(approval(request))
})
process.stdout.write(`${JSON.stringify({ port, pid: process.pid })}\n`)
process.stdin.on('end', () => process.exit(0)).resume()
