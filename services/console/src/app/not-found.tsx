import { useGeneralText } from '../text/general.ts'
import { LinkButton } from '../ui/button.tsx'
import { Empty } from '../ui/notice.tsx'

export function NotFound() {
  const t = useGeneralText()
  return (
    <Empty title={t('notHere')}>
      <LinkButton to="/">{t('toStart')}</LinkButton>
    </Empty>
  )
}
