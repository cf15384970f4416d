import type { Permission } from '@alta/kit/auth/permissions'
import { House, type LucideIcon } from 'lucide-react'
import type { useGeneralText } from '../text/general.ts'

export interface Entry {
  readonly to: string
  readonly label: Parameters<ReturnType<typeof useGeneralText>>[0]
  readonly icon: LucideIcon
  /** Shown to those who have it; to everybody without. */
  readonly permission?: Permission
  /** Only where there is something behind it. */
  readonly localOnly?: true
  /** `g` and then this opens it. */
  readonly key?: string
}

/** What the bar on the left leads to, in groups. */
export const navigation: readonly { readonly title?: Entry['label']; readonly entries: readonly Entry[] }[] =
  [{ entries: [{ to: '/', label: 'home', icon: House, key: 'h' }] }]
