import type { RouteObject } from 'react-router'

export const profileRoutes: RouteObject[] = [
  {
    path: '/profile',
    lazy: () => import('./profile-page.tsx'),
    children: [
      { index: true, lazy: () => import('./account-page.tsx') },
      { path: 'second-factor', lazy: () => import('./second-factor-page.tsx') },
      { path: 'sessions', lazy: () => import('./sessions-page.tsx') },
      { path: 'api-keys', lazy: () => import('./api-keys-page.tsx') },
      { path: 'applications', lazy: () => import('./applications-page.tsx') },
    ],
  },
]
