import type { RouteObject } from 'react-router'

/** Pages for who is not signed in. */
export const signInRoutes: RouteObject[] = [
  { path: '/sign-in', lazy: () => import('./sign-in-page.tsx') },
  { path: '/register', lazy: () => import('./register-page.tsx') },
]
