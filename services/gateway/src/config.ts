import {
  bytes,
  integer,
  oneOf,
  port,
  readConfig,
  redisEnvironment,
  seconds,
  secret,
  serviceEnvironment,
  text,
} from '@alta/kit/config'
import { limit } from './limits/limit-setting.ts'
import { DEAREST } from './limits/route-limits.ts'

export const config = readConfig('services/gateway/src/config.ts', {
  ...serviceEnvironment,
  ...redisEnvironment,
  GATEWAY_HOST: text({ default: '127.0.0.1' }).describe('Address of the public listener.'),
  GATEWAY_PORT: port({ default: 8080 }).describe('Port of the public listener.'),
  GATEWAY_GRPC_PORT: port().optional().describe('Port for gRPC (docs/grpc.md), without TLS. Empty: none.'),
  GATEWAY_GRPC_CONNECTIONS: integer({ default: 1_000, min: 1 }).describe(
    'gRPC connections at once; further ones are turned away.',
  ),
  GATEWAY_GRPC_PER_ADDRESS: integer({ default: 20, min: 1 }).describe(
    'gRPC connections at once from one address (IPv6: each /64). Not counted behind proxies (GATEWAY_TRUSTED_HOPS).',
  ),
  GATEWAY_GRPC_STREAMS: integer({ default: 100, min: 1, max: 1_000 }).describe(
    'gRPC calls at once on one connection; further ones wait at the caller.',
  ),
  GATEWAY_GRPC_IDLE_SECONDS: seconds({ default: 300, min: 1, max: 3600 }).describe(
    'How long a gRPC connection may stay without a call.',
  ),
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
  GATEWAY_CONSOLE_FOLDER: text({ default: '' }).describe(
    'Folder of the built web console, with its index.html. Empty: there is none, and /console/ says so.',
  ),
  GATEWAY_LIVE_URLS: text({
    default: '',
    pattern: /^(http:\/\/[^\s,/]+(,|$))*$/,
    expected: 'addresses as "http://notifications:3001", with commas between them',
  }).describe('Where notifications takes WebSockets, which do not pass Dapr. Empty: no live updates.'),
  LIVE_EDGE_KEY: secret({ minimumLength: 32 }).describe(
    'Proves to notifications that a WebSocket comes from here.',
  ),
  GATEWAY_ALLOWED_ORIGINS: text({
    default: '',
    // As browsers write them. What is written otherwise would be no page's, and nobody would be told.
    pattern: /^([a-z][a-z0-9+.-]*:\/\/[^\s,/A-Z]+(\s*,\s*|$))*$/,
    expected: 'lower-case origins as "https://app.example.org", with commas between them',
  }).describe(
    'Origins of pages, with commas between them, that may open WebSockets beside pages of this host.',
  ),
  GATEWAY_LIVE_PER_ADDRESS: integer({ default: 100, min: 1 }).describe(
    'WebSockets at this gateway from one address (IPv6: each /64).',
  ),
  GATEWAY_LIMITS: oneOf(['per-second', 'per-minute'], { default: 'per-second' }).describe(
    'Numbers of all limits that are not set below (docs/limits.md): 100 requests a second for a caller, or 60 a minute for a user, 100 for an address and 1000 for everybody together.',
  ),
  GATEWAY_LIMIT_EVERYBODY: limit(DEAREST).optional().describe('All requests together.'),
  GATEWAY_LIMIT_USER: limit(DEAREST).optional().describe('Requests with a valid token, for each user.'),
  GATEWAY_LIMIT_ADDRESS: limit(DEAREST)
    .optional()
    .describe('Requests without a valid token, for each address (IPv6: each /64).'),
  GATEWAY_LIMIT_SIGN_IN: limit(1)
    .optional()
    .describe('Requests that sign in, register or change a password, for each address.'),
  GATEWAY_LIMIT_REFRESH: limit(1)
    .optional()
    .describe('Requests that renew an access token, for each address.'),
})
