import { type Role, roles } from '@alta/kit/auth/permissions'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api, type Schema } from '../api/api.ts'
import { Button } from '../ui/button.tsx'
import list from '../ui/list.module.css'
import { ProblemNotice } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { toast } from '../ui/toasts.tsx'
import { RoleChoices } from './role-choices.tsx'
import { useAdminText } from './text.ts'

export function RolesForm({ person, onSaved }: { person: Schema<'ManagedUser'>; onSaved: () => unknown }) {
  const t = useAdminText()
  const [chosen, setChosen] = useState<readonly Role[]>(roles.filter((role) => person.roles.includes(role)))
  const save = useMutation({
    mutationFn: () =>
      answer(
        api.PUT('/api/v1/users/{id}/roles', {
          params: { path: { id: person.id } },
          body: { roles: [...chosen] },
        }),
      ),
    onSuccess: () => {
      toast(t('rolesSaved'))
      return onSaved()
    },
  })
  return (
    <Section title={t('roles')}>
      <form
        className={list.form}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <RoleChoices chosen={chosen} onChoose={setChosen} />
        {save.error && <ProblemNotice error={save.error} />}
        <div>
          <Button type="submit" disabled={save.isPending}>
            {t('saveRoles')}
          </Button>
        </div>
      </form>
    </Section>
  )
}
