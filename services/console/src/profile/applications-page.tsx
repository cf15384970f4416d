import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { useWords } from '../permissions/text.ts'
import { Badge } from '../ui/badge.tsx'
import { ConfirmButton } from '../ui/confirm.tsx'
import list from '../ui/list.module.css'
import { Awaited, Empty } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { useProfileText } from './text.ts'

export function Component() {
  const t = useProfileText()
  const words = useWords()
  const grants = useQuery({ queryKey: ['grants'], queryFn: () => answer(api.GET('/api/v1/auth/grants')) })
  if (!grants.data) return <Awaited asked={grants} />
  return (
    <Section title={t('applications')}>
      {grants.data.items.length === 0 && <Empty title={t('noApplications')}>{t('noApplicationsWhy')}</Empty>}
      <ul className={list.list}>
        {grants.data.items.map(({ client, scopes, givenAt }) => (
          <li key={client.id}>
            <div className={list.what}>
              <strong>{client.name}</strong>
              <span className={list.row}>
                {scopes.map((scope) => (
                  <Badge key={scope}>{words.permission(scope)}</Badge>
                ))}
              </span>
              <span className={list.more}>
                <span>
                  {t('given')} <Time at={givenAt} />
                </span>
              </span>
            </div>
            <ConfirmButton
              label={t('withdraw')}
              title={client.name}
              act={async () => {
                await answer(
                  api.DELETE('/api/v1/auth/grants/{clientId}', { params: { path: { clientId: client.id } } }),
                )
                await queries.invalidateQueries({ queryKey: ['grants'] })
              }}
            >
              {t('withdrawEffect', { name: client.name })}
            </ConfirmButton>
          </li>
        ))}
      </ul>
    </Section>
  )
}
