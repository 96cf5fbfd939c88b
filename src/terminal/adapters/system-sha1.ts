import { createHash } from 'node:crypto'
import type { Sha1 } from '../../emv/emv-cipher.ts'

/** SHA-1 for the certificates of chip cards. Source: EMV Book 2, B3. */
export const systemSha1: Sha1 = (data) => new Uint8Array(createHash('sha1').update(data).digest())
