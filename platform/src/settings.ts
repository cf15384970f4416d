import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { StepFailed } from './console/steps.ts'

/** An address of one of these kinds, or nothing. */
const address = (...kinds: readonly string[]) =>
  z
    .string()
    .default('')
    .refine(
      (text) => text === '' || (URL.canParse(text) && kinds.includes(new URL(text).protocol.slice(0, -1))),
      {
        error: `Invalid input: expected nothing or ${kinds.map((kind) => `${kind}://…`).join(' or ')}`,
      },
    )

const schema = z.object({
  /** Name of a second, independent platform in the same checkout (`test`); empty = the one of `make up`. */
  ALTA_INSTANCE: z
    .string()
    .regex(/^[a-z0-9]{0,12}$/)
    .default(''),
  /** First port to try for the gateway; the next free one is taken when it is in use. */
  ALTA_GATEWAY_PORT: z.coerce.number().int().min(1024).max(65000).default(8080),
  /** `postgres://…` of a role that may create roles and databases; empty = find or start a server here. */
  ALTA_POSTGRES_ADMIN_URL: address('postgres', 'postgresql'),
  /** `redis://…` to use; empty = find or start a server here. */
  ALTA_REDIS_URL: address('redis', 'rediss'),
  /** `amqp://user:password@host:port` of an administrator; empty = find or start a broker here. */
  ALTA_RABBITMQ_URL: address('amqp', 'amqps'),
  /** Management API of that broker; empty = same host, port 15672. */
  ALTA_RABBITMQ_MANAGEMENT_URL: address('http', 'https'),
  /** Collector for traces, OTLP over HTTP; empty = spans are not exported. */
  OTEL_EXPORTER_OTLP_ENDPOINT: address('http', 'https'),
  /** File read instead of the checkout's `.env`; tests bring their own. */
  ALTA_ENV_FILE: z.string().default('.env'),
  XDG_CACHE_HOME: z.string().default(''),
})

export interface Settings extends z.infer<typeof schema> {
  /** Folder shared by all checkouts of this user: Node, pnpm, daprd. */
  readonly cache: string
  /** The checkout's `.env`; services get it without the runner's own settings, and values the runner makes win. */
  readonly dotEnv: Readonly<Record<string, string>>
}

/**
 * The runner's own environment, with `.env` below it.
 * @throws {StepFailed} naming every setting that is wrong.
 */
export function readSettings(root: string): Settings {
  const file = resolve(root, process.env.ALTA_ENV_FILE || '.env')
  const dotEnv = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  const parsed = schema.safeParse({ ...dotEnv, ...process.env })
  if (!parsed.success) {
    throw new StepFailed(
      `${file} or the environment is wrong:\n${z.prettifyError(parsed.error)}`,
      'compare it with .env.example, which says what each setting means',
    )
  }
  const given = Object.entries(dotEnv).flatMap(([key, value]) => (value ? [[key, value] as const] : []))
  return {
    ...parsed.data,
    cache: join(parsed.data.XDG_CACHE_HOME || join(homedir(), '.cache'), 'alta'),
    dotEnv: Object.fromEntries(given),
  }
}

/** Tells one `.env` from another without keeping what is in it. */
export const settingsDigest = ({ dotEnv }: Pick<Settings, 'dotEnv'>): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(dotEnv).sort()))
    .digest('hex')
