import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** ASVS 5.0 appendix C: at least 46 MiB with one pass and one lane. Memory in KiB. */
const current = { memory: 47_104, passes: 1, parallelism: 1 } as const
const saltBytes = 16
const tagBytes = 32

/** @returns a PHC string: `$argon2id$v=19$m=47104,t=1,p=1$<salt>$<tag>` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const tag = await argon2id(password, salt, tagBytes, current)
  return `${header}${unpadded(salt)}$${unpadded(tag)}`
}

/** @throws {Error} when the stored hash is not a PHC string of Argon2id: the row is damaged */
export async function passwordMatches(password: string, phc: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc) ?? []
  if (!salt || !tag) throw new Error('a stored password hash is not a PHC string of Argon2id')
  const expected = Buffer.from(tag, 'base64')
  const found = await argon2id(password, Buffer.from(salt, 'base64'), expected.length, {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  })
  return timingSafeEqual(found, expected)
}

const header = `$argon2id$v=19$m=${current.memory},t=${current.passes},p=${current.parallelism}$`

/** True for hashes of earlier, weaker parameters: they are replaced at the next sign-in. */
export const isOutdated = (phc: string): boolean => !phc.startsWith(header)

function argon2id(
  password: string,
  nonce: Buffer,
  tagLength: number,
  cost: Pick<Argon2Parameters, 'memory' | 'passes' | 'parallelism'>,
): Promise<Buffer> {
  return derive('argon2id', { message: password, nonce, tagLength, ...cost })
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
