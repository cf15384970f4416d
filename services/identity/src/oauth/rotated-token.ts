import { createHmac } from 'node:crypto'
import { keyFor } from '@alta/kit/sealing'

/**
 * The successor of a refresh token follows from the token and a key of ours. So whoever comes with one token at once
 * is given one successor and the family stays one line; and the database holds no token for that.
 */
export function successors(secret: string): (token: string) => string {
  const key = keyFor('alta identity: successors of refresh tokens of clients', secret)
  return (token) => createHmac('sha256', key).update(token).digest('base64url')
}
