/** A step on a JSON body. Pointers are RFC 6901, with `*` for every item of a list; what they do not find stays as it is. */
export type BodyStep =
  /** The last name is added where its object is there. */
  | { readonly set: string; readonly value: unknown }
  | { readonly remove: string }
  /** To a name in the same object; one that is there already is kept, and the old one goes. */
  | { readonly rename: string; readonly to: string }

/** What changes on the way. Headers first renamed, then removed, then set; steps on a body in their order. */
export interface MessageRule {
  readonly headers?: {
    readonly rename?: Readonly<Record<string, string>>
    readonly remove?: readonly string[]
    readonly set?: Readonly<Record<string, string>>
  }
  readonly body?: readonly BodyStep[]
}

export interface Transformation {
  /** Before it is held against the schema of its route. */
  readonly request?: MessageRule
  /** Headers of every answer of the service; bodies of JSON that went well. */
  readonly response?: MessageRule
}

export type Transformations = Readonly<Record<string, Transformation>>

/**
 * Routes whose callers speak another form than their service, as `POST /api/v1/things`: for an address that stays while
 * its form changes, until its callers have followed (`deprecations.ts` says until when). What cannot be carried out
 * stops the start (`transforming/check-transformations.ts`).
 */
export const transformations: Transformations = {}
