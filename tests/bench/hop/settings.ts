/** What a proxy of this bench is told, as JSON in the variable BENCH. */
export interface ProxySettings {
  port: number
  /** Of the plain service behind it. */
  upstream: number
  /** Where packages are installed that are not ours. */
  packages: string
  /** Of keys in Redis. */
  prefix: string
}

export interface UpstreamSettings {
  port: number
  /** What identity publishes. */
  jwks: unknown
}

/** Answers anyone, and is none of the routes whose answers the gateway keeps. */
export const OPEN_PATH = '/.well-known/openid-configuration'
/** Wants a token, at the gateway. */
export const SIGNED_IN_PATH = '/api/v1/auth/me'
