import { QueryClient } from '@tanstack/react-query'
import { Problem } from './problem.ts'

/** What has been asked for and is on the screen. Keys begin with the resource: `['documents', id]`, so that a change
 * that is told over the socket finds what to ask for again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // Once more when nobody answered; never what was refused.
      retry: (failures, error) => failures < 2 && error instanceof Problem && mayPass(error),
      retryDelay: (failures, error) =>
        error instanceof Problem && error.retryAfter !== undefined
          ? error.retryAfter * 1000
          : 500 * 2 ** failures,
    },
    // Without a connection it is told at once. Kept back, it would be done without a word when nobody expects it any more.
    mutations: { networkMode: 'always' },
  },
})

const mayPass = ({ status }: Problem): boolean => status === 0 || status === 429 || status === 503
