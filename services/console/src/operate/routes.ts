import { type RouteObject, redirect } from 'react-router'

/** Pages of who keeps the platform running. */
export const operateRoutes: RouteObject[] = [
  { path: '/operate', loader: () => redirect('/operate/dead-letters') },
  { path: '/operate/dead-letters', lazy: () => import('./dead-letters/groups-page.tsx') },
  { path: '/operate/dead-letters/proposals', lazy: () => import('./dead-letters/proposals-page.tsx') },
  { path: '/operate/dead-letters/:group', lazy: () => import('./dead-letters/group-page.tsx') },
  { path: '/operate/queues', lazy: () => import('./monitor/queues-page.tsx') },
  { path: '/operate/services', lazy: () => import('./monitor/services-page.tsx') },
  { path: '/operate/outbox', lazy: () => import('./monitor/outbox-page.tsx') },
  { path: '/operate/events', lazy: () => import('./events/events-page.tsx') },
  { path: '/operate/events/chains/:correlationId', lazy: () => import('./events/chain-page.tsx') },
  { path: '/operate/read-models', lazy: () => import('./replays/read-models-page.tsx') },
  { path: '/operate/replays', lazy: () => import('./replays/replays-page.tsx') },
  { path: '/operate/replays/new', lazy: () => import('./replays/new-replay-page.tsx') },
  { path: '/operate/replays/:id', lazy: () => import('./replays/replay-page.tsx') },
  { path: '/operate/audit', lazy: () => import('./audit/audit-page.tsx') },
  { path: '/operate/audit/why', lazy: () => import('./audit/why-page.tsx') },
  { path: '/operate/schedules', lazy: () => import('./schedules/schedules-page.tsx') },
  { path: '/operate/tasks', lazy: () => import('./tasks/tasks-page.tsx') },
  { path: '/operate/tasks/:id', lazy: () => import('./tasks/task-page.tsx') },
  { path: '/operate/circuits', lazy: () => import('./circuits/circuits-page.tsx') },
  { path: '/operate/limits', lazy: () => import('./limits/limits-page.tsx') },
]
