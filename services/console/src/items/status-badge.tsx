import { Badge, type Tone } from '../ui/badge.tsx'
import type { ItemStatus } from './item.ts'
import { useItemText } from './text.ts'

const tones: Readonly<Record<ItemStatus, Tone>> = {
  uploaded: 'plain',
  processing: 'accent',
  in_review: 'warn',
  approved: 'good',
  rejected: 'bad',
  failed: 'bad',
}

export function StatusBadge({ status }: { status: ItemStatus }) {
  const t = useItemText()
  return <Badge tone={tones[status]}>{t(status)}</Badge>
}

/** A share as people read it: "97 %". */
export function Confidence({ value }: { value: number | null }) {
  const t = useItemText()
  return value === null ? (
    <span title={t('notRead')}>–</span>
  ) : (
    t('percent', { value: Math.round(value * 100) })
  )
}
