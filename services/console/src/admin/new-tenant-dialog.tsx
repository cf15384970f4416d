import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import list from '../ui/list.module.css'
import { ProblemNotice } from '../ui/notice.tsx'
import { toast } from '../ui/toasts.tsx'
import { GuestFields, nobodyYet } from './guest-fields.tsx'
import { useAdminText } from './text.ts'

/** Makes a tenant, and invites who will administer it. */
export function NewTenantDialog({ onClose }: { onClose: () => void }) {
  const general = useGeneralText()
  const t = useAdminText()
  const [name, setName] = useState('')
  const [administrator, setAdministrator] = useState(nobodyYet)
  const make = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/tenants', { body: { name, administrator } })),
    onSuccess: async () => {
      toast(t('invited', { email: administrator.email }))
      onClose()
      await queries.invalidateQueries({ queryKey: ['tenants'] })
    },
  })
  return (
    <Dialog title={t('newTenant')} onClose={onClose}>
      <form
        className={list.form}
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <TextField
          label={t('tenantName')}
          required
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        <p>{t('firstAdministrator')}</p>
        <GuestFields guest={administrator} onChange={setAdministrator} />
        {make.error && <ProblemNotice error={make.error} />}
        <DialogActions>
          <Button onClick={onClose}>{general('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={make.isPending}>
            {t('create')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
