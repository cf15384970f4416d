import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { z } from 'zod'
import { anyone, type Policy } from '../auth/policy.ts'
import type { Principal } from '../auth/principal.ts'
import type { Problem } from '../errors.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** What the edge counts a request as. Says nothing: 1, of what counts every request; an upload 5. */
export interface RouteLimits {
  /** Units that a request takes from each limit that counts it. */
  readonly cost?: number
  /**
   * Limits that count it besides, by the caller's address: `sign-in` what takes a password or a mailed token, `refresh`
   * what takes a token that cannot be guessed.
   */
  readonly policies?: readonly ('sign-in' | 'refresh')[]
}

/** A file sent as multipart/form-data in the field `file`. */
export interface UploadRule {
  /** Bytes of the file. */
  readonly maximumBytes: number
  /** Media types taken, told by content; see the contracts' resources/file. */
  readonly accept: readonly string[]
  /** The other fields of the form. Values arrive as strings; a field sent twice arrives as an array. */
  readonly fields: z.ZodObject
}

/** A file that was taken: it is in storage before the handler runs. */
export interface ReceivedFile<Fields = unknown> {
  readonly sha256: string
  /** Bytes. */
  readonly size: number
  readonly mediaType: string
  /** The sender's name for it, made harmless: to show, never to open. */
  readonly fileName: string
  readonly fields: Fields
}

/**
 * With `schema`: JSON, and only what the schema declares leaves. Without: no body, or a stream. With both `schema` and
 * `mediaTypes`: JSON, or a stream of one of these where the caller prefers it.
 */
export interface AnswerRule {
  readonly description: string
  readonly schema?: z.ZodType
  /** Of a stream. */
  readonly mediaTypes?: readonly string[]
}

/**
 * A closed list and not `number`: only so does TypeScript keep the `201` of `{ status: 201 }` a literal.
 * Problems are thrown; they are declared among the answers where their meaning needs a sentence.
 */
export type Status =
  | (200 | 201 | 202 | 204 | 206 | 301 | 302 | 303 | 304)
  | (400 | 401 | 403 | 404 | 409 | 410 | 412 | 413 | 415 | 416 | 422 | 429 | 502 | 503 | 504)

export type AnswerRules = { readonly [S in Status]?: AnswerRule }

type Headers = Readonly<Record<string, string>>

export interface JsonAnswer<S extends number = number, Body = unknown> {
  readonly status: S
  readonly body: Body
  readonly headers?: Headers
}
export interface StreamAnswer<S extends number = number> {
  readonly status: S
  readonly stream: Readable
  readonly mediaType: string
  readonly headers?: Headers
}
export interface EmptyAnswer<S extends number = number> {
  readonly status: S
  readonly headers?: Headers
}
export type Answer = JsonAnswer | StreamAnswer | EmptyAnswer

export type AnswerOf<Rules extends AnswerRules> = {
  [S in keyof Rules & Status]: Rules[S] extends { readonly schema: infer Schema extends z.ZodType }
    ?
        | JsonAnswer<S, z.input<Schema>>
        | (Rules[S] extends { readonly mediaTypes: readonly string[] } ? StreamAnswer<S> : never)
    : StreamAnswer<S> | EmptyAnswer<S>
}[keyof Rules & Status]

/** What a handler gets: already checked, already typed. */
export interface RouteInput<Params, Query, HeaderFields, Body, Upload, Who> {
  readonly params: Params
  readonly query: Query
  readonly headers: HeaderFields
  readonly body: Body
  readonly upload: Upload
  readonly principal: Who
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal
  readonly requestId: string
}

type None = z.ZodObject<Record<never, never>>
type UploadOf<Rule> = Rule extends UploadRule ? ReceivedFile<z.output<Rule['fields']>> : undefined
type ErasedInput = RouteInput<unknown, unknown, unknown, unknown, unknown, Principal | undefined>

interface RouteFacts {
  readonly method: Method
  /** As Express writes it and as callers see it, whole: `/api/v1/projects/:id/documents`. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** Heading in the documentation. */
  readonly tag: string
  /** A POST that creates: an Idempotency-Key is honoured. */
  readonly idempotent?: true
  /**
   * Answers are noted in the audit log before they are sent: for reads that must leave a trace, and for what is
   * carried out elsewhere, without a transaction here that would note it.
   */
  readonly audited?: true
  /**
   * A POST that asks, with more than fits a URL: the audit log is not told of answers. Its transactions are read-only,
   * so that nothing can be changed by what is declared so.
   */
  readonly question?: true
  /** What it changes has passed in a minute, and nobody asks after it later: the audit log is not told of answers. */
  readonly fleeting?: true
  /** Largest JSON body in bytes; 1 MiB unless told. */
  readonly maximumBytes?: number
  readonly limits?: RouteLimits
}

export interface RouteDefinition<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  HeaderFields extends z.ZodObject,
  Body extends z.ZodType,
  Upload extends UploadRule | undefined,
  Rules extends AnswerRules,
  Who extends Principal | undefined,
> extends RouteFacts {
  readonly policy: Policy<Who>
  readonly params?: Params
  readonly query?: Query
  /** Names in lower case. */
  readonly headers?: HeaderFields
  readonly body?: Body
  readonly upload?: Upload
  readonly answers: Rules
  /**
   * Asked before a byte of the upload is taken: throws for a caller who may not do this, so that nobody fills the
   * storage with files that are refused afterwards. `handle` has to ask again, in its transaction.
   */
  readonly admit?: (
    input: RouteInput<z.output<Params>, z.output<Query>, z.output<HeaderFields>, undefined, undefined, Who>,
  ) => Promise<void>
  readonly handle: (
    input: RouteInput<
      z.output<Params>,
      z.output<Query>,
      z.output<HeaderFields>,
      z.output<Body>,
      UploadOf<Upload>,
      Who
    >,
  ) => Promise<AnswerOf<Rules>>
}

/** A route as the app, the documentation and the tests over all routes see it. */
export interface Route extends RouteFacts {
  readonly policy: Policy
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly headers?: z.ZodObject
  readonly body?: z.ZodType
  readonly upload?: UploadRule
  readonly answers: AnswerRules
  readonly admit?: (input: ErasedInput) => Promise<void>
  readonly handle: (input: ErasedInput) => Promise<Answer>
  /** Answers by itself, instead of `handle`. */
  readonly raw?: RawHandler
  /** Media type of the bytes that a raw route takes as they come, a file or a part of one. */
  readonly stream?: string
}

/**
 * Reads the request and writes the answer itself.
 * @returns the refusal that it has answered in words of its own, for the audit log
 */
export type RawHandler = (
  request: IncomingMessage & { params: Record<string, unknown> },
  response: ServerResponse,
) => Promise<Problem | undefined>

type RawFacts = RouteFacts & Pick<Route, 'params' | 'headers' | 'answers' | 'stream'>

/** A route of a protocol that has its own forms of bodies and answers, such as OAuth; or a page. For anyone unless told. */
export function rawRoute(facts: RawFacts & { raw: RawHandler; policy?: Policy }): Route {
  return {
    policy: anyone,
    ...facts,
    handle: () => Promise.reject(new Error(`${facts.path} is answered by its raw handler`)),
  }
}

/** Declares a route; the types of its handler follow from its schemas. */
export function route<
  const Rules extends AnswerRules,
  Who extends Principal | undefined,
  Params extends z.ZodObject = None,
  Query extends z.ZodObject = None,
  HeaderFields extends z.ZodObject = None,
  Body extends z.ZodType = z.ZodUndefined,
  Upload extends UploadRule | undefined = undefined,
>(definition: RouteDefinition<Params, Query, HeaderFields, Body, Upload, Rules, Who>): Route {
  // The app parses each part with the definition's own schema before it calls the handler,
  // so what the handler gets has the types that are forgotten here.
  return definition as unknown as Route
}
