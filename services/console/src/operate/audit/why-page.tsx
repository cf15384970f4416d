import { Page } from '../../ui/page.tsx'
import { Explanation } from './explanation.tsx'
import { useAuditText } from './text.ts'

/** For everybody, about their own requests; who looks after rights has the same on their page of policies. */
export function Component() {
  const t = useAuditText()
  return (
    <Page title={t('whyTitle')}>
      <Explanation />
    </Page>
  )
}
