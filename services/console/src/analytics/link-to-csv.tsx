import { useAnalyticsText } from './text.ts'

export function LinkToCsv({ to, of }: { to: string; of: string }) {
  const t = useAnalyticsText()
  return (
    <a href={to} download aria-label={`${t('csv')}: ${of}`}>
      {t('csv')}
    </a>
  )
}
