// console: where people work. Talks to the gateway alone, and holds no token.
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { queries } from './api/queries.ts'
import { router } from './app/routes.tsx'
import { startText } from './text/text.ts'
import { startTheme } from './ui/theme.ts'
import './ui/theme.css'

const root = document.querySelector('#root')
if (!root) throw new Error('index.html has no #root')
// A page that the browser has kept is shown as it was, also to whoever comes after a sign-out: it is asked for anew.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) window.location.reload()
})
startTheme()
await startText()
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
