import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { useWords } from '../permissions/text.ts'
import { useGeneralText } from '../text/general.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmButton } from '../ui/confirm.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import list from '../ui/list.module.css'
import { Empty, ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Page, Section } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { NewClientDialog } from './new-client-dialog.tsx'
import { useAdminText } from './text.ts'

/** Applications that may sign people in with Alta. */
export function Component() {
  const general = useGeneralText()
  const t = useAdminText()
  const words = useWords()
  const [isCreating, setCreating] = useState(false)
  const clients = useQuery({
    queryKey: ['clients'],
    queryFn: () => answer(api.GET('/api/v1/auth/clients', { params: { query: { limit: 100 } } })),
  })
  const refresh = () => queries.invalidateQueries({ queryKey: ['clients'] })
  return (
    <Page
      title={general('clients')}
      actions={
        <Button kind="primary" onClick={() => setCreating(true)}>
          {t('newClient')}
        </Button>
      }
    >
      <Section title={general('clients')}>
        {clients.error && <ProblemNotice error={clients.error} onRetry={() => clients.refetch()} />}
        {clients.isPending && <Skeleton />}
        {clients.data?.items.length === 0 && <Empty title={t('noClients')}>{t('noClientsWhy')}</Empty>}
        <ul className={list.list}>
          {clients.data?.items.map((client) => (
            <li key={client.id}>
              <div className={list.what}>
                <span className={list.row}>
                  <strong>{client.name}</strong>
                  <Badge>{t(client.kind)}</Badge>
                </span>
                <span className={list.row}>
                  <code>{client.id}</code>
                  <CopyButton text={client.id} />
                </span>
                <span className={list.more}>
                  {[...client.scopes.map(words.permission), ...client.roles.map(words.role)].join(' · ')}
                </span>
                <span className={list.more}>
                  {client.redirectUris.map((address) => (
                    <code key={address}>{address}</code>
                  ))}
                  <Time at={client.createdAt} />
                </span>
              </div>
              <ConfirmButton
                label={t('removeClient')}
                title={client.name}
                act={async () => {
                  await answer(
                    api.DELETE('/api/v1/auth/clients/{id}', { params: { path: { id: client.id } } }),
                  )
                  await refresh()
                }}
              >
                {t('removeClientEffect', { name: client.name })}
              </ConfirmButton>
            </li>
          ))}
        </ul>
      </Section>
      {isCreating && <NewClientDialog onCreated={refresh} onClose={() => setCreating(false)} />}
    </Page>
  )
}
