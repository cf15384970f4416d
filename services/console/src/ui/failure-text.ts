import { Problem } from '../api/problem.ts'
import { useGeneralText } from '../text/general.ts'
import { useWording } from '../text/refusals/refusals.ts'

/** What failed, in a sentence and in the reader's language. */
export function useFailureText(): (error: unknown) => string {
  const t = useGeneralText()
  const wording = useWording()
  return (error) => {
    if (error instanceof Problem) return error.status === 0 ? t('unreachable') : wording.ofProblem(error)
    return error instanceof Error ? error.message : String(error)
  }
}
