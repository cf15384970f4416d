import type { Permission } from '@alta/kit/auth/permissions'
import {
  AlarmClock,
  AppWindow,
  Building2,
  ChartColumn,
  CircuitBoard,
  FolderOpen,
  Gauge,
  House,
  Inbox,
  KeyRound,
  Layers,
  ListChecks,
  type LucideIcon,
  Mail,
  MailWarning,
  Rewind,
  ScanText,
  ScrollText,
  Server,
  ShieldCheck,
  Users,
} from 'lucide-react'
import type { useGeneralText } from '../text/general.ts'

export interface Entry {
  readonly to: string
  readonly label: Parameters<ReturnType<typeof useGeneralText>>[0]
  readonly icon: LucideIcon
  /** Shown to those who have it; to everybody without. */
  readonly permission?: Permission
  /** `g` and then this opens it. */
  readonly key?: string
}

/** What the bar on the left leads to, in groups. */
export const navigation: readonly { readonly title?: Entry['label']; readonly entries: readonly Entry[] }[] =
  [
    {
      entries: [
        { to: '/', label: 'home', icon: House, key: 'h' },
        { to: '/projects', label: 'projects', icon: FolderOpen, permission: 'projects:read', key: 'p' },
        { to: '/reviews', label: 'reviews', icon: ScanText, permission: 'reviews:read', key: 'r' },
        { to: '/analytics', label: 'analytics', icon: ChartColumn, permission: 'projects:read', key: 'n' },
      ],
    },
    {
      title: 'operate',
      entries: [
        {
          to: '/operate/dead-letters',
          label: 'deadLetters',
          icon: MailWarning,
          permission: 'operations:read',
          key: 'd',
        },
        { to: '/operate/queues', label: 'queues', icon: Layers, permission: 'operations:read', key: 'q' },
        { to: '/operate/services', label: 'services', icon: Server, permission: 'operations:read', key: 's' },
        { to: '/operate/outbox', label: 'outbox', icon: Inbox, permission: 'operations:read', key: 'o' },
        { to: '/operate/events', label: 'events', icon: ScrollText, permission: 'operations:read', key: 'e' },
        { to: '/operate/replays', label: 'replays', icon: Rewind, permission: 'operations:read', key: 'y' },
        { to: '/operate/tasks', label: 'tasks', icon: ListChecks, permission: 'operations:read', key: 't' },
        {
          to: '/operate/schedules',
          label: 'schedules',
          icon: AlarmClock,
          permission: 'operations:read',
          key: 'l',
        },
        {
          to: '/operate/circuits',
          label: 'circuits',
          icon: CircuitBoard,
          permission: 'operations:read',
          key: 'c',
        },
        { to: '/operate/limits', label: 'limits', icon: Gauge, permission: 'operations:read', key: 'x' },
        { to: '/operate/audit', label: 'audit', icon: ShieldCheck, permission: 'audit:read', key: 'a' },
      ],
    },
    {
      title: 'administration',
      entries: [
        { to: '/admin/people', label: 'people', icon: Users, permission: 'users:manage', key: 'u' },
        { to: '/admin/policies', label: 'policies', icon: KeyRound, permission: 'users:manage', key: 'i' },
        { to: '/admin/clients', label: 'clients', icon: AppWindow, permission: 'users:manage', key: 'k' },
        { to: '/admin/tenants', label: 'tenants', icon: Building2, permission: 'tenants:manage', key: 'w' },
        { to: '/mail', label: 'mail', icon: Mail, permission: 'mail-catcher:read', key: 'm' },
      ],
    },
  ]
