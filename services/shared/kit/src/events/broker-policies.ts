import { readFileSync } from 'node:fs'
import { request } from 'undici'
import { z } from 'zod'

const policyList = z.array(
  z.object({
    name: z.string(),
    pattern: z.string(),
    'apply-to': z.enum(['queues', 'exchanges']),
    definition: z.record(z.string(), z.union([z.string(), z.number()])),
    priority: z.number(),
  }),
)
export type BrokerPolicy = z.infer<typeof policyList>[number]

/** @throws {Error} that names the file when it is missing or holds something else */
export function readPolicies(file: string): BrokerPolicy[] {
  try {
    return policyList.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Error(`cannot read the broker's policies from ${file}`, { cause: error })
  }
}

/**
 * Creates or replaces these policies, and touches no other.
 * @param managementUrl of the management API; without user and password of its own it takes those of the broker
 * @param brokerUrl names the vhost
 * @throws {Error} what the broker answered
 */
export async function putPolicies(
  managementUrl: string,
  brokerUrl: string,
  policies: readonly BrokerPolicy[],
): Promise<void> {
  const broker = new URL(brokerUrl)
  const { origin, pathname, username, password } = new URL(managementUrl)
  const who = username
    ? { user: username, secret: password }
    : { user: broker.username, secret: broker.password }
  const user = `${decodeURIComponent(who.user)}:${decodeURIComponent(who.secret)}`
  const vhost = encodeURIComponent(decodeURIComponent(broker.pathname.slice(1)) || '/')
  for (const { name, ...policy } of policies) {
    const address = `${origin}${pathname.replace(/\/$/, '')}/api/policies/${vhost}/${encodeURIComponent(name)}`
    const { statusCode, body } = await request(address, {
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from(user).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(policy),
      headersTimeout: 10_000,
      bodyTimeout: 10_000,
    })
    const answer = await body.text()
    if (statusCode >= 300) throw new Error(`the policy ${name} was refused with ${statusCode}: ${answer}`)
  }
}
