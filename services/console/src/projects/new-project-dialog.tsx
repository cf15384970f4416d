import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { answer, api } from '../api/api.ts'
import { useGeneralText } from '../text/general.ts'
import { currentLanguage } from '../text/text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { TextArea, TextField } from '../ui/field.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import styles from './project.module.css'
import { useProjectText } from './text.ts'

export function NewProjectDialog({ onClose }: { onClose: () => void }) {
  const t = useProjectText()
  const general = useGeneralText()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [language, setLanguage] = useState<string>(currentLanguage())
  const create = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/projects', { body: { name, description, language } })),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['projects', 'all'] })
      navigate(`/projects/${id}`)
    },
  })
  return (
    <Dialog title={t('newProject')} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <TextField
          label={t('name')}
          value={name}
          required
          maxLength={200}
          onChange={(e) => setName(e.target.value)}
        />
        <TextArea
          label={t('description')}
          value={description}
          maxLength={4000}
          onChange={(e) => setDescription(e.target.value)}
        />
        <TextField
          label={t('language')}
          hint={t('languageHint')}
          value={language}
          required
          onChange={(e) => setLanguage(e.target.value)}
        />
        {create.error && <ProblemNotice error={create.error} />}
        <DialogActions>
          <Button onClick={onClose}>{general('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={create.isPending}>
            {t('create')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
