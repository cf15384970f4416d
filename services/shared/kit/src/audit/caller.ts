import type { Problem } from '../errors.ts'
import { currentContext } from '../http/request-context.ts'
import type { AuditActor } from './request-audit.ts'

/*
 * What only the service knows that signs people in. Everybody else has a token that says who they are, and needs none
 * of these.
 */

/** Names the caller in the audit entry of a request that came without a token. */
export function callerIs(actor: AuditActor): void {
  const audit = currentContext()?.audit
  if (audit) audit.actor = actor
}

/** Where the request around comes from, as its audit entry has it. Null: not told, as by a call beside the gateway. */
export function requestOrigin(): { address: string | null; userAgent: string | null } {
  const { address = null, userAgent = null } = currentContext()?.audit ?? {}
  return { address, userAgent }
}

/**
 * Names what a request is about where its path does not: the account that somebody tries to get into.
 * @param tenantId whose log notes it as long as nobody is known to be the caller
 */
export function requestConcerns(name: string, id: string, tenantId?: string): void {
  const audit = currentContext()?.audit
  if (!audit) return
  audit.resources.push({ name, id })
  if (tenantId !== undefined) audit.tenantId = tenantId
}

/**
 * The transaction around commits, and the caller is refused nevertheless: throw the problem after the commit.
 * @param outcome.changed it keeps a consequence of the refusal, such as the end of a session whose token was stolen:
 *   then it carries the entry, which says denied; else the refusal is noted as every other one
 */
export function refusedWith(problem: Problem, { changed }: { changed: boolean }): void {
  const audit = currentContext()?.audit
  if (!audit) return
  if (changed) audit.refusal = problem
  else audit.state = 'waiting'
}
