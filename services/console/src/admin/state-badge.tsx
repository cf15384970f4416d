import type { Schema } from '../api/api.ts'
import { Badge } from '../ui/badge.tsx'
import { useAdminText } from './text.ts'

export function StateBadge({ person }: { person: Schema<'ManagedUser'> }) {
  const t = useAdminText()
  if (person.disabledAt) return <Badge tone="bad">{t('disabled')}</Badge>
  if (person.kind === 'person' && !person.emailVerified) return <Badge tone="warn">{t('unconfirmed')}</Badge>
  return <Badge tone="good">{t('active')}</Badge>
}
