import { forgetAllUploads } from '../uploads/remembered.ts'
import { dropAllDrafts } from './drafts.ts'

/**
 * Takes away what a session leaves in the browser, when somebody signs out or the session was ended for them: another
 * one of theirs, an administrator or a new password may have done so because the browser is not theirs any more.
 */
export function dropWhatIsLeft(): void {
  dropAllDrafts()
  forgetAllUploads()
}
