import type { RouteObject } from 'react-router'

export const itemRoutes: RouteObject[] = [
  { path: 'documents/:id', lazy: () => import('./document-page.tsx') },
  { path: 'voice-samples/:id', lazy: () => import('./voice-sample-page.tsx') },
]
