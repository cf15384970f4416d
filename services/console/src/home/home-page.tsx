import { useMe } from '../session/session.ts'
import { useGeneralText } from '../text/general.ts'
import { Page } from '../ui/page.tsx'

export function Component() {
  const t = useGeneralText()
  const me = useMe()
  return (
    <Page title={t('home')}>
      <p>{me.name}</p>
    </Page>
  )
}
