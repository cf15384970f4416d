import type { RouteObject } from 'react-router'

export const mailRoutes: RouteObject[] = [
  { path: '/mail', lazy: () => import('./mail-page.tsx') },
  { path: '/notifications', lazy: () => import('./notifications-page.tsx') },
]
