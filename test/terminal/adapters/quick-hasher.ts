import { scrypt } from 'node:crypto'
import type { PasswordHasher } from '../../../src/terminal/runtime/terminal-world.ts'

/** scrypt at a cost that many tests can bear. */
export const quickHasher: PasswordHasher = {
  derive(password, salt, done) {
    scrypt(password, salt, 32, { N: 16 }, (error, hash) => {
      if (error !== null) throw error
      done(new Uint8Array(hash))
    })
  },
}
