import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** scrypt's cost, block size and parallelism. Source: RFC 7914, clause 2. */
export interface PasswordCost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** 32 MiB and about a quarter of a second. Source: OWASP, password storage. */
export const PASSWORD_COST: PasswordCost = { N: 2 ** 15, r: 8, p: 3 }
const MEMORY_MAX = 64 * 1024 * 1024
const SALT_SIZE = 16
const HASH_SIZE = 32

/** `scrypt$N$r$p$salt$hash`, the last two in base64. Source: RFC 7914. */
export async function hashPassword(password: string, cost: PasswordCost): Promise<string> {
  const salt = randomBytes(SALT_SIZE)
  const { N, r, p } = cost
  const hash = await derive(password, salt, cost)
  return `scrypt$${N}$${r}$${p}$${salt.toString('base64')}$${hash.toString('base64')}`
}

/** Takes `cost` for a stored text that is none, so that a name that does not exist can't be told by its time. */
export async function isPassword(
  password: string,
  stored: string | undefined,
  cost: PasswordCost,
): Promise<boolean> {
  const [scheme, n, r, p, salt, hash] = (stored ?? '').split('$')
  const isStored = scheme === 'scrypt' && salt !== undefined && hash !== undefined
  const storedCost = isStored ? { N: Number(n), r: Number(r), p: Number(p) } : cost
  const derived = await derive(password, Buffer.from(isStored ? salt : 'AAAA', 'base64'), storedCost)
  return isStored && timingSafeEqual(derived, Buffer.from(hash, 'base64'))
}

function derive(password: string, salt: Buffer, cost: PasswordCost): Promise<Buffer> {
  const options = { ...cost, maxmem: MEMORY_MAX }
  return new Promise((done, fail) => {
    scrypt(password.normalize('NFKC'), salt, HASH_SIZE, options, (error, hash) =>
      error === null ? done(hash) : fail(error),
    )
  })
}

const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz'

/** Five groups of four letters and digits that can't be mistaken for each other: 97 bits. */
export function randomPassword(): string {
  const letters: string[] = []
  while (letters.length < 20) {
    for (const byte of randomBytes(32)) {
      // Only whole turns of the alphabet, so that no letter is more likely than another.
      if (byte < 248 && letters.length < 20) letters.push(ALPHABET[byte % ALPHABET.length] as string)
    }
  }
  return (letters.join('').match(/.{4}/g) ?? []).join('-')
}
