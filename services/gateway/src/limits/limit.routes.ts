import { may } from '@alta/kit/auth/policy'
import { type Route, route } from '@alta/kit/http/route'
import { log } from '@alta/kit/telemetry/log'
import { z } from 'zod'
import type { RouteTable } from '../routing/route-table.ts'
import type { LastDay } from './last-day.ts'
import { countedBy, type Policies, type PolicyName, policyNames } from './policies.ts'

const count = z.int()
const policyResource = z.object({
  policy: z.enum(policyNames),
  countedBy: z.enum(['everybody', 'user', 'address']),
  state: z.enum(['enforced', 'shadow', 'off']),
  limit: z.object({ requests: count, seconds: count, burst: count }).nullable(),
  lastDay: z
    .object({ allowed: count, denied: count, wouldHaveDenied: count })
    .nullable()
    .describe('Requests in 24 hours, of all gateways; null while they do not see each other.'),
})

/** Those that the gateway answers itself. */
export const ownLimitRoutes = (policies: Policies, lastDay: LastDay, table: RouteTable): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/gateway/limits',
    summary: 'How often callers may ask, and whom that has stopped',
    description: '`wouldHaveDenied` is what a limit in shadow would have refused.',
    tag: 'gateway',
    policy: may('operations:read'),
    answers: {
      200: {
        description: 'Every policy, and the routes that take more than one unit or are counted besides',
        schema: z.object({
          items: z.array(policyResource),
          routes: z.array(
            z.object({
              method: z.string(),
              path: z.string(),
              cost: count,
              policies: z.array(z.enum(policyNames)),
            }),
          ),
        }),
      },
    },
    handle: async () => {
      const found = await lastDay.read().catch((error: unknown) => {
        log.info({ err: error }, 'what limits have found cannot be read')
        return undefined
      })
      const routes = table.routes
        .map(({ method, path, cost = 1, policies: besides = [] }) => ({
          method,
          path,
          cost,
          policies: besides,
        }))
        .filter(({ cost, policies: besides }) => cost > 1 || besides.length > 0)
        .sort((one, other) => other.cost - one.cost || one.path.localeCompare(other.path))
      return {
        status: 200,
        body: { items: policyNames.map((name) => present(name, policies, found)), routes },
      }
    },
  }),
]

function present(
  name: PolicyName,
  policies: Policies,
  found: ReadonlyMap<string, number> | undefined,
): z.input<typeof policyResource> {
  const policy = policies.get(name)
  const of = (outcome: string): number => found?.get(`${name}:${outcome}`) ?? 0
  return {
    policy: name,
    countedBy: countedBy[name],
    state: policy === undefined ? 'off' : policy.enforced ? 'enforced' : 'shadow',
    limit: policy
      ? { requests: policy.rate.requests, seconds: policy.rate.seconds, burst: policy.rate.burst }
      : null,
    lastDay: found
      ? { allowed: of('allowed'), denied: of('denied'), wouldHaveDenied: of('would_have_denied') }
      : null,
  }
}
