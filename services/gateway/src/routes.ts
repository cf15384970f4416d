/** First part of the path → app-id of the service that answers. Nothing else is ever forwarded. */
const upstreams = [
  { prefix: '/api/v1/auth', appId: 'identity' },
  { prefix: '/api/v1/service-accounts', appId: 'identity' },
  { prefix: '/api/v1/tenants', appId: 'identity' },
  { prefix: '/api/v1/users', appId: 'identity' },
  { prefix: '/.well-known', appId: 'identity' },
  { prefix: '/oauth', appId: 'identity' },
  { prefix: '/forgotten-password', appId: 'identity' },
  { prefix: '/reset-password', appId: 'identity' },
  { prefix: '/verify-email', appId: 'identity' },
  { prefix: '/confirm-email', appId: 'identity' },
  { prefix: '/api/v1/projects', appId: 'documents' },
  { prefix: '/api/v1/documents', appId: 'documents' },
  { prefix: '/api/v1/voice-samples', appId: 'documents' },
  { prefix: '/api/v1/reviews', appId: 'reviews' },
  { prefix: '/api/v1/notifications', appId: 'notifications' },
  { prefix: '/api/v1/events', appId: 'events' },
  { prefix: '/api/v1/audit', appId: 'events' },
  { prefix: '/api/v1/dead-letters', appId: 'events' },
  { prefix: '/api/v1/monitor', appId: 'events' },
  // What is changed in the gateway by hand is allowed and noted there.
  { prefix: '/api/v1/gateway', appId: 'events' },
  { prefix: '/api/v1/tasks', appId: 'tasks' },
  { prefix: '/api/v1/schedules', appId: 'tasks' },
  { prefix: '/api/v1/analytics', appId: 'analytics' },
] as const

/** Services whose health is the platform's; `ocr` and `transcription` answer nothing else. */
export const services = [
  'identity',
  'documents',
  'ocr',
  'transcription',
  'reviews',
  'notifications',
  'events',
  'tasks',
  'analytics',
] as const

/** Services that have public routes, and so a part of the public documentation. */
export const publicServices: readonly string[] = [...new Set(upstreams.map(({ appId }) => appId))]

/** @returns undefined when no service answers such paths */
export function upstreamOf(path: string): string | undefined {
  return upstreams.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`))?.appId
}

/** Where people sign in: pages, and the standards that lead to them. */
const withPages = ['/oauth', '/forgotten-password', '/reset-password', '/verify-email', '/confirm-email']

export const mayBePage = (path: string): boolean =>
  withPages.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
