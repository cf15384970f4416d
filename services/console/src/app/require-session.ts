import { type LoaderFunctionArgs, redirect } from 'react-router'
import { answer, api } from '../api/api.ts'
import { Problem } from '../api/problem.ts'
import { queries } from '../api/queries.ts'
import { meQuery } from '../session/session.ts'

/** Lets signed-in people through and sends others to sign in, from where they come back. */
export async function requireSession({ request }: LoaderFunctionArgs): Promise<null> {
  try {
    // Asking who one is in vain would be a failure in the browser's log at each first visit.
    if (!queries.getQueryData(meQuery.queryKey) && !(await answer(api.GET('/api/v1/session'))).held) {
      throw nobody()
    }
    await queries.ensureQueryData(meQuery)
    return null
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error
    const { pathname, search } = new URL(request.url)
    const from = pathname.replace(/^\/console/, '') + search
    throw redirect(from === '/' || from === '' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(from)}`)
  }
}

const nobody = (): Problem =>
  new Problem({ status: 401, code: 'unauthenticated', detail: 'Nobody is signed in here.' })
