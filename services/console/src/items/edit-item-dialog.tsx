import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { type Item, itemApi } from './item.ts'
import { useItemText } from './text.ts'

/** @param text as somebody types it */
export const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
]

/** What can be changed here, as one text. */
const sayingOf = ({ title, language, tags }: Item): string => JSON.stringify([title, language, tags])

export function EditItemDialog({ item, onClose }: { item: Item; onClose: () => void }) {
  const t = useItemText()
  const general = useGeneralText()
  const client = useQueryClient()
  const [begun] = useState(item)
  // What the machine does to it meanwhile is no conflict; what somebody else has written there is.
  const seen = sayingOf(item) === sayingOf(begun) ? item : begun
  const [title, setTitle] = useState(item.title)
  const [language, setLanguage] = useState(item.language)
  const [tags, setTags] = useState(item.tags.join(', '))
  const save = useMutation({
    mutationFn: () => itemApi.change(seen, { title, language, tags: tagsOf(tags) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [item.kind === 'voice' ? 'voice-samples' : 'documents'] })
      onClose()
    },
  })
  return (
    <Dialog title={t('edit')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <TextField
          label={t('titleField')}
          value={title}
          required
          maxLength={300}
          onChange={(e) => setTitle(e.target.value)}
        />
        <TextField
          label={t('language')}
          value={language}
          required
          onChange={(e) => setLanguage(e.target.value)}
        />
        <TextField
          label={t('tags')}
          hint={t('tagsHint')}
          value={tags}
          onChange={(e) => setTags(e.target.value)}
        />
        {save.error && <ProblemNotice error={save.error} />}
        <DialogActions>
          <Button onClick={onClose}>{general('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={save.isPending}>
            {general('save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
