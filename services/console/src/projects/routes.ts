import type { RouteObject } from 'react-router'

export const projectRoutes: RouteObject[] = [
  { path: 'projects', lazy: () => import('./projects-page.tsx') },
  { path: 'projects/:id', lazy: () => import('./project-page.tsx') },
  { path: 'projects/:id/members', lazy: () => import('./members-page.tsx') },
  { path: 'projects/:id/settings', lazy: () => import('./settings-page.tsx') },
]
