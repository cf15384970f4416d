import type { RouteObject } from 'react-router'

export const adminRoutes: RouteObject[] = [
  { path: '/admin/people', lazy: () => import('./people-page.tsx') },
  { path: '/admin/people/:id', lazy: () => import('./person-page.tsx') },
  { path: '/admin/tenants', lazy: () => import('./tenants-page.tsx') },
  { path: '/admin/policies', lazy: () => import('./policies-page.tsx') },
  { path: '/admin/clients', lazy: () => import('./clients-page.tsx') },
]
