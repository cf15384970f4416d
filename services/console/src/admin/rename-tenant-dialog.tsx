import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api, type Schema } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import list from '../ui/list.module.css'
import { ProblemNotice } from '../ui/notice.tsx'
import { useAdminText } from './text.ts'

export function RenameTenantDialog({ tenant, onClose }: { tenant: Schema<'Tenant'>; onClose: () => void }) {
  const general = useGeneralText()
  const t = useAdminText()
  const [name, setName] = useState(tenant.name)
  const rename = useMutation({
    mutationFn: () =>
      answer(api.PATCH('/api/v1/tenants/{id}', { params: { path: { id: tenant.id } }, body: { name } })),
    onSuccess: async () => {
      onClose()
      await queries.invalidateQueries({ queryKey: ['tenants'] })
    },
  })
  return (
    <Dialog title={t('rename')} onClose={onClose}>
      <form
        className={list.form}
        onSubmit={(event) => {
          event.preventDefault()
          rename.mutate()
        }}
      >
        <TextField
          label={t('tenantName')}
          required
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        {rename.error && <ProblemNotice error={rename.error} />}
        <DialogActions>
          <Button onClick={onClose}>{general('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={rename.isPending}>
            {general('save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
