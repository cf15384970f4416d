import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto'
import { sha256 } from './canonical.ts'

/** A public key for Ed25519 as a JSON Web Key (RFC 8037), with the name that signatures call it by. */
export interface PublicKey {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
}

export interface Signer {
  readonly publicKey: PublicKey
  sign(text: string): string
}

// PKCS #8 of an Ed25519 key is this, and then its 32 bytes (RFC 8410).
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The key pair that follows from a secret: the same secret gives the same keys, in every replica. */
export function signerOf(secret: string): Signer {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'alta audit anchors', 32))
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return {
    publicKey: publicKeyOf(x),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
  }
}

/** @param x the 32 bytes of the key in base64url */
export const publicKeyOf = (x: string): PublicKey => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x,
  // The thumbprint of the key (RFC 7638), which is over the members in this order.
  kid: sha256(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x })).slice(0, 16),
})

/** Whether one of the keys has signed the text. */
export function isSignedBy(
  keys: readonly PublicKey[],
  kid: string,
  text: string,
  signature: string,
): boolean {
  const known = keys.find((key) => key.kid === kid)
  return (
    known !== undefined &&
    verify(null, Buffer.from(text), importKey(known), Buffer.from(signature, 'base64url'))
  )
}

const importKey = ({ kty, crv, x }: PublicKey): KeyObject =>
  createPublicKey({ key: { kty, crv, x }, format: 'jwk' })
