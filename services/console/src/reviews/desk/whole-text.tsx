import { TextArea } from '../../ui/field.tsx'
import { useReviewText } from '../text.ts'
import type { DraftControl } from './use-draft.ts'

/** Where the machine read nothing, a person writes what stands there. */
export function WholeText({ draft, readOnly }: { draft: DraftControl; readOnly: boolean }) {
  const t = useReviewText()
  return (
    <TextArea
      label={t('wholeText')}
      hint={t('wholeTextHint')}
      rows={14}
      readOnly={readOnly}
      value={draft.draft.text ?? ''}
      onChange={({ target: { value } }) =>
        draft.change({ ...draft.current(), text: value === '' ? undefined : value })
      }
    />
  )
}
