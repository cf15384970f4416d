import { Problem } from '../api/problem.ts'
import { useGeneralText } from '../text/general.ts'

/** What failed, in a sentence: in the platform's words, and in the reader's language when the platform said nothing. */
export function useFailureText(): (error: unknown) => string {
  const t = useGeneralText()
  return (error) =>
    error instanceof Problem && error.status === 0
      ? t('unreachable')
      : error instanceof Error
        ? error.message
        : String(error)
}
