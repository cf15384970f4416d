import { generateKeyPairSync, sign } from 'node:crypto'

/** A key of the bench's own, and a token that it has signed as identity does. */
export function accessToken(): { jwks: unknown; token: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = 'bench'
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const seconds = Math.floor(Date.now() / 1_000)
  const claims = {
    iss: 'https://alta.local',
    aud: 'alta',
    sub: '019a9d2e-0000-7000-8000-000000000001',
    tid: '00000000-0000-7000-8000-000000000000',
    sid: '019a9d2e-0000-7000-8000-000000000002',
    roles: ['member'],
    iat: seconds,
    exp: seconds + 86_400,
  }
  const signed = `${encoded({ alg: 'RS256', typ: 'at+jwt', kid })}.${encoded(claims)}`
  const signature = sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')
  const key = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }
  return { jwks: { keys: [key] }, token: `${signed}.${signature}` }
}
