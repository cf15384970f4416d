import type { Permission } from '@alta/kit/auth/permissions'
import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import type { Schema } from '../api/api.ts'
import { useProfileText } from '../profile/text.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmButton } from '../ui/confirm.tsx'
import list from '../ui/list.module.css'
import { Empty, ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { type NewKey, NewKeyDialog } from './new-key-dialog.tsx'
import { useWords } from './text.ts'

/** Keys of whoever is signed in, or of a service account. @param grantable what a key may be given at most */
export function ApiKeys({
  keys,
  grantable,
  create,
  revoke,
  onChanged,
}: {
  keys: UseQueryResult<{ items: Schema<'ApiKey'>[] }>
  grantable: readonly Permission[]
  create: (key: NewKey) => Promise<Schema<'CreatedApiKey'>>
  revoke: (id: string) => Promise<unknown>
  onChanged: () => Promise<void>
}) {
  const t = useProfileText()
  const words = useWords()
  const [isCreating, setCreating] = useState(false)
  const items = keys.data?.items
  return (
    <Section
      title={t('apiKeys')}
      actions={
        <Button kind="primary" onClick={() => setCreating(true)}>
          {t('newKey')}
        </Button>
      }
    >
      {keys.error && <ProblemNotice error={keys.error} onRetry={() => keys.refetch()} />}
      {keys.isPending && <Skeleton />}
      {items?.length === 0 && <Empty title={t('noKeys')}>{t('noKeysWhy')}</Empty>}
      <ul className={list.list}>
        {items?.map((key) => (
          <li key={key.id}>
            <div className={list.what}>
              <strong>
                {key.name} <code>{key.hint}</code>
              </strong>
              <span className={list.row}>
                {key.scope.map((each) => (
                  <Badge key={each}>{words.permission(each)}</Badge>
                ))}
              </span>
              <span className={list.more}>
                <span>
                  {t('ends')} <Time at={key.expiresAt} />
                </span>
                <span>
                  {key.lastUsedAt ? (
                    <>
                      {t('lastUsed')} <Time at={key.lastUsedAt} />
                    </>
                  ) : (
                    t('neverUsed')
                  )}
                </span>
              </span>
            </div>
            <ConfirmButton
              label={t('revoke')}
              act={async () => {
                await revoke(key.id)
                await onChanged()
              }}
            >
              {t('revokeKeyEffect', { name: key.name })}
            </ConfirmButton>
          </li>
        ))}
      </ul>
      {isCreating && (
        <NewKeyDialog
          grantable={grantable}
          create={create}
          onCreated={onChanged}
          onClose={() => setCreating(false)}
        />
      )}
    </Section>
  )
}
