import { createBrowserRouter, type RouteObject } from 'react-router'
import { adminRoutes } from '../admin/routes.ts'
import { analyticsRoutes } from '../analytics/routes.ts'
import { itemRoutes } from '../items/routes.ts'
import { mailRoutes } from '../mail/routes.ts'
import { operateRoutes } from '../operate/routes.ts'
import { profileRoutes } from '../profile/routes.ts'
import { projectRoutes } from '../projects/routes.ts'
import { reviewRoutes } from '../reviews/routes.ts'
import { signInRoutes } from '../session/routes.ts'
import { Failure } from './failure.tsx'
import { NotFound } from './not-found.tsx'
import { requireSession } from './require-session.ts'
import { Shell } from './shell.tsx'

/** Pages of who is signed in, each part with its own file, loaded when it is first opened. */
const parts: RouteObject[] = [
  { index: true, lazy: () => import('../home/home-page.tsx') },
  ...projectRoutes,
  ...itemRoutes,
  ...reviewRoutes,
  ...operateRoutes,
  ...profileRoutes,
  ...analyticsRoutes,
  ...adminRoutes,
  ...mailRoutes,
]

export const router = createBrowserRouter(
  [
    { ErrorBoundary: Failure, HydrateFallback: () => null, children: signInRoutes },
    {
      id: 'console',
      path: '/',
      loader: requireSession,
      Component: Shell,
      ErrorBoundary: Failure,
      HydrateFallback: () => null,
      // A page that fails leaves the navigation standing.
      children: [{ ErrorBoundary: Failure, children: [...parts, { path: '*', Component: NotFound }] }],
    },
  ],
  { basename: '/console' },
)
