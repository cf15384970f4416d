import { answer, api } from '../api/api.ts'
import { dropWhatIsLeft } from './left-behind.ts'

/** Ends the session, and forgets with the page whatever this one has shown. */
export async function signOut(): Promise<void> {
  await answer(api.DELETE('/api/v1/session'))
  dropWhatIsLeft()
  window.location.assign('/console/sign-in')
}
