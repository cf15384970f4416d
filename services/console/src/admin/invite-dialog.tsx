import type { Role } from '@alta/kit/auth/permissions'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import list from '../ui/list.module.css'
import { ProblemNotice } from '../ui/notice.tsx'
import { toast } from '../ui/toasts.tsx'
import { GuestFields, nobodyYet } from './guest-fields.tsx'
import { RoleChoices } from './role-choices.tsx'
import { useAdminText } from './text.ts'

/** Makes an account for somebody, who chooses a password by mail. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const general = useGeneralText()
  const t = useAdminText()
  const [guest, setGuest] = useState(nobodyYet)
  const [roles, setRoles] = useState<readonly Role[]>([])
  const invite = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/users', { body: { ...guest, roles: ['member', ...roles] } })),
    onSuccess: async () => {
      toast(t('invited', { email: guest.email }))
      onClose()
      await queries.invalidateQueries({ queryKey: ['users'] })
    },
  })
  return (
    <Dialog title={t('invite')} onClose={onClose}>
      <form
        className={list.form}
        onSubmit={(event) => {
          event.preventDefault()
          invite.mutate()
        }}
      >
        <GuestFields guest={guest} onChange={setGuest} />
        <RoleChoices chosen={roles} onChoose={setRoles} />
        <p>{t('inviteWhy')}</p>
        {invite.error && <ProblemNotice error={invite.error} />}
        <DialogActions>
          <Button onClick={onClose}>{general('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={invite.isPending}>
            {t('sendInvitation')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
