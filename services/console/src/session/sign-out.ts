import { answer, api } from '../api/api.ts'
import { dropWhatIsLeft } from './left-behind.ts'

/**
 * Ends the session, and forgets with the page whatever this one has shown. Uploads end too: nobody could go on with
 * them without knowing what the files are called.
 */
export async function signOut(): Promise<void> {
  // Loaded long ago, by the list of uploads.
  const { stopAll } = await import('../uploads/uploads.ts')
  await answer(api.DELETE('/api/v1/session'))
  stopAll()
  dropWhatIsLeft()
  window.location.assign('/console/sign-in')
}
