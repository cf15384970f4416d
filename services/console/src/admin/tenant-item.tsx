import { PLATFORM_TENANT } from '@alta/kit/auth/permissions'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api, type Schema } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmButton } from '../ui/confirm.tsx'
import list from '../ui/list.module.css'
import { ProblemNotice } from '../ui/notice.tsx'
import { Time } from '../ui/time.tsx'
import { RenameTenantDialog } from './rename-tenant-dialog.tsx'
import { useAdminText } from './text.ts'

export function TenantItem({ tenant }: { tenant: Schema<'Tenant'> }) {
  const t = useAdminText()
  const [isRenaming, setRenaming] = useState(false)
  const params = { path: { id: tenant.id } }
  const refresh = () => queries.invalidateQueries({ queryKey: ['tenants'] })
  const enable = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/tenants/{id}/enable', { params })),
    onSuccess: refresh,
  })
  const runsPlatform = tenant.id === PLATFORM_TENANT
  return (
    <li>
      <div className={list.what}>
        <span className={list.row}>
          <strong>{tenant.name}</strong>
          {tenant.disabledAt && <Badge tone="bad">{t('disabled')}</Badge>}
          {runsPlatform && <Badge>{t('runsPlatform')}</Badge>}
        </span>
        <span className={list.more}>
          <span>{t('people', { count: tenant.people })}</span>
          <Time at={tenant.createdAt} />
        </span>
        {enable.error && <ProblemNotice error={enable.error} />}
      </div>
      <div className={list.row}>
        <Button onClick={() => setRenaming(true)}>{t('rename')}</Button>
        {tenant.disabledAt && (
          <Button disabled={enable.isPending} onClick={() => enable.mutate()}>
            {t('enable')}
          </Button>
        )}
        {!tenant.disabledAt && !runsPlatform && (
          <ConfirmButton
            label={t('disable')}
            title={tenant.name}
            act={async () => {
              await answer(api.POST('/api/v1/tenants/{id}/disable', { params }))
              await refresh()
            }}
          >
            {t('disableTenantEffect', { name: tenant.name })}
          </ConfirmButton>
        )}
      </div>
      {isRenaming && <RenameTenantDialog tenant={tenant} onClose={() => setRenaming(false)} />}
    </li>
  )
}
