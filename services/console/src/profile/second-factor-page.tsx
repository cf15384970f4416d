import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../api/api.ts'
import { queries } from '../api/queries.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmButton } from '../ui/confirm.tsx'
import list from '../ui/list.module.css'
import { Awaited } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import { SetUpFactor } from './set-up-factor.tsx'
import { useProfileText } from './text.ts'

const refresh = () => queries.invalidateQueries({ queryKey: ['second-factor'] })

export function Component() {
  const t = useProfileText()
  const [isSettingUp, setSettingUp] = useState(false)
  // In memory alone, and only until they have been kept.
  const [codes, setCodes] = useState<readonly string[]>()
  const factor = useQuery({
    queryKey: ['second-factor'],
    queryFn: () => answer(api.GET('/api/v1/auth/totp')),
  })
  if (!factor.data) return <Awaited asked={factor} />
  const { enabled, recoveryCodesLeft } = factor.data
  return (
    <Section title={t('secondFactor')}>
      <p>{t('factorWhy')}</p>
      <div className={list.row}>
        <Badge tone={enabled ? 'good' : 'plain'}>{t(enabled ? 'factorOn' : 'factorOff')}</Badge>
        {enabled && <span>{t('codesLeft', { count: recoveryCodesLeft })}</span>}
      </div>
      {enabled && !codes && (
        <div className={list.row}>
          <ConfirmButton
            label={t('newCodes')}
            act={async () => {
              const made = await answer(api.POST('/api/v1/auth/totp/recovery-codes'))
              setCodes(made.recoveryCodes)
              await refresh()
            }}
          >
            {t('newCodesEffect')}
          </ConfirmButton>
          <ConfirmButton
            label={t('turnOff')}
            act={async () => {
              await answer(api.DELETE('/api/v1/auth/totp'))
              await refresh()
            }}
          >
            {t('turnOffEffect')}
          </ConfirmButton>
        </div>
      )}
      {!enabled && !isSettingUp && (
        <div>
          <Button kind="primary" onClick={() => setSettingUp(true)}>
            {t('setUp')}
          </Button>
        </div>
      )}
      {!enabled && isSettingUp && (
        <SetUpFactor
          onCancel={() => setSettingUp(false)}
          onDone={async (made) => {
            setCodes(made)
            setSettingUp(false)
            await refresh()
          }}
        />
      )}
      {codes && <RecoveryCodes codes={codes} onKept={() => setCodes(undefined)} />}
    </Section>
  )
}
