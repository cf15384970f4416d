import type { RouteObject } from 'react-router'

export const reviewRoutes: RouteObject[] = [
  { path: '/reviews', lazy: () => import('./reviews-page.tsx') },
  { path: '/reviews/done', lazy: () => import('./end-page.tsx') },
  { path: '/reviews/:id', lazy: () => import('./desk-page.tsx') },
]
