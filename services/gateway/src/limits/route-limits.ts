import { type BodyClass, bodyClassOf } from '../routing/body-class.ts'
import type { PolicyName } from './policies.ts'

export interface RouteLimits {
  /** Units that a request takes from each of its counters. */
  cost: number
  /** Beside those that hold for every route. */
  policies: readonly PolicyName[]
}

/** What a request with such a body takes: a file is hashed, stored, read page by page and paid for. */
const costs: Readonly<Record<BodyClass, number>> = { json: 1, document: 5, audio: 5 }

/** The dearest of all; a burst below it would refuse such a request for ever. */
export const DEAREST = 10

/** Routes that differ. Paths have no parameters: services take them in this spelling alone. */
const special: Readonly<Record<string, RouteLimits>> = {
  // Each takes a password, or makes an account.
  'POST /api/v1/auth/login': { cost: 1, policies: ['sign-in'] },
  'POST /api/v1/auth/login/code': { cost: 1, policies: ['sign-in'] },
  'POST /api/v1/auth/step-up': { cost: 1, policies: ['sign-in'] },
  'POST /api/v1/auth/register': { cost: 1, policies: ['sign-in'] },
  // Each is noted in the audit log, and may send a mail.
  'POST /api/v1/auth/password-reset': { cost: 1, policies: ['sign-in'] },
  'POST /api/v1/auth/password-reset/confirm': { cost: 1, policies: ['sign-in'] },
  'POST /api/v1/auth/change-password': { cost: 1, policies: ['sign-in'] },
  'POST /verify-email': { cost: 1, policies: ['sign-in'] },
  'POST /confirm-email': { cost: 1, policies: ['sign-in'] },
  // Its token cannot be guessed, and everybody of an office does it every ten minutes.
  'POST /api/v1/auth/refresh': { cost: 1, policies: ['refresh'] },
  'POST /oauth/token': { cost: 1, policies: ['refresh'] },
  // Each reads as much as there is, or sets many things going.
  'GET /openapi.json': { cost: DEAREST, policies: [] },
  'GET /api/v1/audit/export': { cost: DEAREST, policies: [] },
  'POST /api/v1/audit/verify': { cost: DEAREST, policies: [] },
  'POST /api/v1/events/replays': { cost: DEAREST, policies: [] },
  'POST /api/v1/tasks': { cost: DEAREST, policies: [] },
}

/** The page where people sign in has the request that it belongs to in its path. */
const signInPage = '/oauth/interaction/'

export function routeLimits(method: string, path: string): RouteLimits {
  if (method === 'POST' && path.startsWith(signInPage)) return { cost: 1, policies: ['sign-in'] }
  return (
    special[`${method === 'HEAD' ? 'GET' : method} ${path}`] ?? {
      cost: costs[bodyClassOf(method, path)],
      policies: [],
    }
  )
}
