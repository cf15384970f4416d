import { permissionsOf, roles } from '@alta/kit/auth/permissions'
import { Check } from 'lucide-react'
import { answer, api } from '../api/api.ts'
import { Explanation } from '../operate/audit/explanation.tsx'
import { useWords } from '../permissions/text.ts'
import { useCountingPermissions, useMay, useMe } from '../session/session.ts'
import { useGeneralText } from '../text/general.ts'
import { ConfirmButton } from '../ui/confirm.tsx'
import list from '../ui/list.module.css'
import { Page, Section } from '../ui/page.tsx'
import { toast } from '../ui/toasts.tsx'
import { useAdminText } from './text.ts'

export function Component() {
  const general = useGeneralText()
  const t = useAdminText()
  const words = useWords()
  const { tenantId } = useMe()
  const may = useMay()
  const permissions = useCountingPermissions()
  return (
    <Page title={general('policies')}>
      <Section title={t('why')}>
        <Explanation />
      </Section>
      <Section title={t('matrix')}>
        <p>{t('matrixWhy')}</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard. */}
        <div className={list.scrolls} tabIndex={0}>
          <table className={list.table}>
            <thead>
              <tr>
                <th scope="col">{t('permission')}</th>
                {roles.map((role) => (
                  <th key={role} scope="col">
                    {words.role(role)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {permissions.map((permission) => (
                <tr key={permission}>
                  <th scope="row">
                    {words.permission(permission)} <code>{permission}</code>
                  </th>
                  {roles.map((role) => (
                    <td key={role}>
                      {permissionsOf([role], tenantId).has(permission) ? (
                        <Check size={16} role="img" aria-label={t('yes')} />
                      ) : (
                        <span className="visually-hidden">{t('no')}</span>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
      {may('operations:write') && (
        <Section
          title={t('signingKeys')}
          actions={
            <ConfirmButton
              label={t('rotate')}
              act={async () => {
                const { kid } = await answer(api.POST('/api/v1/auth/signing-keys/rotate'))
                toast(t('rotated', { kid }))
              }}
            >
              {t('rotateEffect')}
            </ConfirmButton>
          }
        >
          <p>{t('rotateEffect')}</p>
        </Section>
      )}
    </Page>
  )
}
