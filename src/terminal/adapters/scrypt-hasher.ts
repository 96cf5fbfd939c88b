import { scrypt } from 'node:crypto'
import { InvariantError } from '../../base/invariant.ts'
import type { PasswordHasher } from '../runtime/terminal-world.ts'

/**
 * Cost, block size and parallelism: 32 MiB and about a quarter of a second, within what OWASP's password
 * storage recommendations ask. A change makes stored passwords useless: it needs a new journal record first.
 */
const SCRYPT = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 } as const
const HASH_SIZE = 32

/** scrypt in Node's thread pool, so that screens and lines go on meanwhile. Source: RFC 7914. */
export const scryptHasher: PasswordHasher = {
  derive(password, salt, done) {
    scrypt(password.normalize('NFKC'), salt, HASH_SIZE, SCRYPT, (error, hash) => {
      if (error !== null) throw new InvariantError('scrypt parameters refused')
      done(new Uint8Array(hash))
    })
  },
}
