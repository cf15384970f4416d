import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** Fast on purpose: a token with 256 random bits cannot be guessed from its hash. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()
