import { tooManyRequests } from '@alta/kit/errors'
import { networkOf } from '@alta/kit/http/network'
import { currentContext } from '@alta/kit/http/request-context'
import { limitHeaders, secondsUntil } from './limit-headers.ts'
import type { Demand, Limiter } from './limiter.ts'
import type { Policies, Policy, PolicyName } from './policies.ts'
import type { Counted } from './route-limits.ts'

/** Counts a request for whom it comes from, and says in the answer how much is left. */
export function limitRequests(policies: Policies, decide: Limiter) {
  /** @throws {Problem} 429 `rate_limited` */
  return async (
    counted: Counted,
    response: { setHeader(name: string, value: string): unknown },
  ): Promise<void> => {
    const { allowed, findings } = await decide(demandsOf(policies, counted))
    for (const [name, value] of Object.entries(limitHeaders(findings))) response.setHeader(name, value)
    if (allowed) return
    const wait = secondsUntil(findings)
    throw tooManyRequests('rate_limited', `Too many requests. Try again in ${wait} s.`, {
      headers: { 'retry-after': String(wait) },
    })
  }
}

/** Whoever has shown a valid token is counted as that user wherever it comes from, everybody else by address. */
function demandsOf(policies: Policies, { cost, policies: special }: Counted): Demand[] {
  const { principal, clientAddress = '' } = currentContext() ?? {}
  const names: PolicyName[] = ['everybody', principal ? 'user' : 'address', ...special]
  const subjects: Readonly<Record<Policy['by'], string>> = {
    everybody: 'all',
    user: principal?.userId ?? '',
    address: networkOf(clientAddress),
  }
  return names.flatMap((name) => {
    const policy = policies.get(name)
    return policy ? [{ policy, key: `${name}:${subjects[policy.by]}`, cost }] : []
  })
}
