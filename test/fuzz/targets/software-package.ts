import { equalBytes } from '../../../src/base/bytes.ts'
import { packageContent, packageHeadSize, parsePackageHead } from '../../../src/base/software-package.ts'
import { makePackage, softwarePackageServices } from '../../../src/crypto/software-signature.ts'
import {
  formatSoftwareReply,
  formatSoftwareRequest,
  parseSoftwareReply,
  parseSoftwareRequest,
} from '../../../src/iso8583/subfields/software-transfer.ts'
import { parsePackageContent } from '../../../src/terminal/adapters/package-content-file.ts'
import { type FuzzTarget, must } from '../fuzz-target.ts'

const WISH = {
  name: 'till',
  version: '1.2.3',
  minimumVersion: '0.0.0',
  terminalTypes: ['board'],
  blockSize: 256,
}
const ID = new Uint8Array(32).fill(7)

/** Packages and the bodies that carry them: nobody's file passes unsigned, and what can be read is written the same again. */
export const target: FuzzTarget = {
  sizeMax: 1400,
  seeds: () => [
    makePackage(WISH, new TextEncoder().encode('{"texts":{"ready":["您好","Hello"]}}')),
    makePackage({ ...WISH, rollbackFrom: '1.3.0' }, new Uint8Array(300)),
    formatSoftwareRequest({ kind: 'question', version: '1.0.0' }),
    formatSoftwareRequest({ kind: 'chunk', id: ID, offset: 400, size: 400 }),
    formatSoftwareRequest({ kind: 'result', id: ID, isTaken: false, detail: 'hash' }),
    formatSoftwareReply({ kind: 'offer', id: ID, size: 4000 }),
    formatSoftwareReply({ kind: 'data', offset: 400, data: ID }),
  ],
  run(input) {
    const head = parsePackageHead(input)
    if (head.ok) {
      const { signed, signature, size, manifest } = head.value
      must(size === packageHeadSize(input) && signed.length + signature.length === size, 'a part is lost')
      must(manifest.blocks.length === Math.ceil(manifest.size / manifest.blockSize), 'blocks that do not fit')
      must(!packageContent(input, [manifest.signer], softwarePackageServices).ok, 'a forged signature')
    }
    const request = parseSoftwareRequest(input)
    if (request !== undefined) must(equalBytes(formatSoftwareRequest(request), input), 'a request differs')
    const reply = parseSoftwareReply(input)
    if (reply !== undefined && reply.kind !== 'nothing')
      must(equalBytes(formatSoftwareReply(reply), input), 'a reply differs')
    parsePackageContent(new TextDecoder().decode(input))
  },
}
