import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { useMe } from '../session/session.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmButton } from '../ui/confirm.tsx'
import list from '../ui/list.module.css'
import { Awaited, ProblemNotice } from '../ui/notice.tsx'
import { Page, Section } from '../ui/page.tsx'
import { RolesForm } from './roles-form.tsx'
import { ServiceKeys } from './service-keys.tsx'
import { StateBadge } from './state-badge.tsx'
import { useAdminText } from './text.ts'

export function Component() {
  const t = useAdminText()
  const me = useMe()
  const { id = '' } = useParams()
  const params = { path: { id } }
  const asked = useQuery({
    queryKey: ['users', id],
    queryFn: () => answer(api.GET('/api/v1/users/{id}', { params })),
  })
  const refresh = () => queries.invalidateQueries({ queryKey: ['users'] })
  const enable = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/users/{id}/enable', { params })),
    onSuccess: refresh,
  })
  if (!asked.data) return <Awaited asked={asked} />
  const person = asked.data
  const isMe = person.id === me.id
  return (
    <Page title={person.name}>
      <Section title={t('access')}>
        <div className={list.row}>
          <StateBadge person={person} />
          <span>{person.kind === 'service' ? t('service') : person.email}</span>
        </div>
        <div className={list.row}>
          {person.disabledAt ? (
            <Button disabled={enable.isPending} onClick={() => enable.mutate()}>
              {t('enable')}
            </Button>
          ) : (
            <ConfirmButton
              label={t('disable')}
              disabled={isMe}
              act={async () => {
                await answer(api.POST('/api/v1/users/{id}/disable', { params }))
                await refresh()
              }}
            >
              {t('disableEffect', { name: person.name })}
            </ConfirmButton>
          )}
          {person.kind === 'person' && !isMe && (
            <ConfirmButton
              label={t('removeFactor')}
              act={() => answer(api.DELETE('/api/v1/users/{id}/totp', { params }))}
            >
              {t('removeFactorEffect', { name: person.name })}
            </ConfirmButton>
          )}
        </div>
        {enable.error && <ProblemNotice error={enable.error} />}
      </Section>
      <RolesForm key={person.roles.join()} person={person} onSaved={refresh} />
      {person.kind === 'service' && <ServiceKeys account={person} />}
    </Page>
  )
}
