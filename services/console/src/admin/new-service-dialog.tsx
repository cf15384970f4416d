import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { useAdminText } from './text.ts'

/** Makes an account that signs in with keys alone, and opens it. */
export function NewServiceDialog({ onClose }: { onClose: () => void }) {
  const general = useGeneralText()
  const t = useAdminText()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const made = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/service-accounts', { body: { name } })),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['users'] })
      await navigate(`/admin/people/${id}`)
    },
  })
  return (
    <Dialog title={t('newService')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          made.mutate()
        }}
      >
        <TextField
          label={t('name')}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {made.error && <ProblemNotice error={made.error} />}
        <DialogActions>
          <Button onClick={onClose}>{general('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={made.isPending}>
            {t('create')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
