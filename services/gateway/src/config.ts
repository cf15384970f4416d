import { bytes, integer, port, readConfig, seconds, serviceEnvironment, text } from '@alta/kit/config'

export const config = readConfig('services/gateway/src/config.ts', {
  ...serviceEnvironment,
  GATEWAY_HOST: text({ default: '127.0.0.1' }).describe('Address of the public listener.'),
  GATEWAY_PORT: port({ default: 8080 }).describe('Port of the public listener.'),
  GATEWAY_TRUSTED_HOPS: integer({ default: 0, min: 0, max: 8 }).describe(
    'Proxies in front of the gateway whose word on the caller’s address is taken: each adds an entry to x-forwarded-for, and the caller is that many from its end. 0: the caller is whoever has opened the connection. Too high a number believes callers themselves.',
  ),
  GATEWAY_JSON_LIMIT: bytes({ default: 4 * 2 ** 20, min: 1024 }).describe(
    'Largest body without a file. Most routes take less and say so; a corrected text may need all of it.',
  ),
  GATEWAY_DOCUMENT_LIMIT: bytes({ default: 50 * 2 ** 20, min: 1024 }).describe(
    'Largest document; the sidecars must let it through (--max-body-size).',
  ),
  GATEWAY_AUDIO_LIMIT: bytes({ default: 500 * 2 ** 20, min: 1024 }).describe('Largest recording; as above.'),
  GATEWAY_HEADERS_SECONDS: seconds({ default: 10, min: 1, max: 300 }).describe(
    'How long a caller may take to send the head of a request.',
  ),
  GATEWAY_BODY_SECONDS: seconds({ default: 30, min: 1, max: 3600 }).describe(
    'How long a JSON body may take; and how long an upload may stand still.',
  ),
  GATEWAY_UPLOAD_SECONDS: seconds({ default: 3600, min: 1, max: 86_400 }).describe(
    'How long a whole upload may take.',
  ),
  GATEWAY_UPSTREAM_SECONDS: seconds({ default: 30, min: 1, max: 3600 }).describe(
    'How long a service may take to start its answer, and stand still within it.',
  ),
  GATEWAY_MAX_CONNECTIONS: integer({ default: 10_000, min: 1 }).describe(
    'Callers connected at once; further ones are turned away.',
  ),
})
