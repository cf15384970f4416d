import { type Limit, type Rate, readLimit } from './limit-setting.ts'

/** By which caller each policy counts. */
export const countedBy = {
  everybody: 'everybody',
  user: 'user',
  address: 'address',
  'sign-in': 'address',
  refresh: 'address',
} as const

export type PolicyName = keyof typeof countedBy

export const policyNames = Object.keys(countedBy) as readonly PolicyName[]

/** The numbers of each policy, where its own setting says nothing else. */
const presets = {
  'per-second': {
    everybody: 'off',
    user: '100/s burst 200',
    address: '100/s burst 200',
    'sign-in': '10/min burst 10',
    refresh: '60/min burst 60',
  },
  'per-minute': {
    everybody: '1000/min',
    user: '60/min',
    address: '100/min',
    'sign-in': '10/min burst 10',
    refresh: '60/min burst 60',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<PolicyName, string>>>>

export type Preset = keyof typeof presets

/**
 * Share of its numbers that each process gives by itself while Redis is away. Guessing passwords must not become
 * easier by that: with four gateways a quarter is the same as before.
 */
const shareAlone: Readonly<Partial<Record<PolicyName, number>>> = { 'sign-in': 0.25 }

/** Microseconds until a unit comes back, and units there are at most. */
export interface Bucket {
  interval: number
  burst: number
}

export interface Policy {
  name: PolicyName
  by: (typeof countedBy)[PolicyName]
  enforced: boolean
  /** As it was set. */
  rate: Rate
  /** Of all gateways together. */
  shared: Bucket
  /** Of this one, while it cannot ask the others. */
  alone: Bucket
}

export type Policies = ReadonlyMap<PolicyName, Policy>

/** @param own what differs from the preset */
export function policiesOf(
  preset: Preset,
  own: Readonly<Partial<Record<PolicyName, Limit | undefined>>>,
): Policies {
  return new Map(
    policyNames.flatMap((name) => {
      const limit = own[name] ?? readLimit(presets[preset][name])
      return limit === undefined || limit === 'off' ? [] : [[name, policyOf(name, limit)] as const]
    }),
  )
}

function policyOf(name: PolicyName, rate: Rate): Policy {
  const { requests, seconds, burst, shadow } = rate
  const share = shareAlone[name] ?? 1
  const interval = (seconds * 1_000_000) / requests
  return {
    name,
    by: countedBy[name],
    enforced: !shadow,
    rate,
    shared: { interval: Math.ceil(interval), burst },
    alone: { interval: Math.ceil(interval / share), burst: Math.max(1, Math.floor(burst * share)) },
  }
}
