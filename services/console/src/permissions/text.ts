import type { Permission, Role } from '@alta/kit/auth/permissions'
import { textOf } from '../text/text.ts'

const usePermissionText = textOf('permissions', {
  projectsRead: ['See projects', 'Voir les projets'],
  projectsWrite: ['Create and change projects', 'Créer et modifier des projets'],
  projectsAny: ['Act as an owner in every project', 'Agir en propriétaire de tout projet'],
  documentsRead: ['Read documents and recordings', 'Lire documents et enregistrements'],
  documentsWrite: [
    'Upload and change documents and recordings',
    'Déposer et modifier documents et enregistrements',
  ],
  reviewsRead: ['See reviews', 'Voir les relectures'],
  reviewsDecide: ['Decide reviews', 'Trancher les relectures'],
  reviewsAny: ['Review in every project', 'Relire dans tout projet'],
  notificationsRead: ['See one’s own notifications', 'Voir ses notifications'],
  mailRead: ['Read caught mail', 'Lire les courriels interceptés'],
  usersManage: ['Manage people, accounts and applications', 'Gérer personnes, comptes et applications'],
  tenantsManage: ['Make and disable tenants', 'Créer et désactiver des organisations'],
  tasksRead: ['See long tasks of one’s own', 'Voir ses tâches longues'],
  tasksWrite: ['Start and cancel long tasks', 'Lancer et annuler des tâches longues'],
  auditRead: ['Read who did what', 'Lire qui a fait quoi'],
  operationsRead: ['Look at queues and dead letters', 'Consulter files et lettres mortes'],
  operationsWrite: ['Retry, discard and release', 'Relancer, écarter et libérer'],
  member: ['Member', 'Membre'],
  reviewer: ['Reviewer', 'Relecteur'],
  operator: ['Operator', 'Exploitant'],
  admin: ['Administrator', 'Administrateur'],
})

const keys = {
  'projects:read': 'projectsRead',
  'projects:write': 'projectsWrite',
  'projects:any': 'projectsAny',
  'documents:read': 'documentsRead',
  'documents:write': 'documentsWrite',
  'reviews:read': 'reviewsRead',
  'reviews:decide': 'reviewsDecide',
  'reviews:any': 'reviewsAny',
  'notifications:read': 'notificationsRead',
  'mail-catcher:read': 'mailRead',
  'users:manage': 'usersManage',
  'tenants:manage': 'tenantsManage',
  'tasks:read': 'tasksRead',
  'tasks:write': 'tasksWrite',
  'audit:read': 'auditRead',
  'operations:read': 'operationsRead',
  'operations:write': 'operationsWrite',
} as const satisfies Record<Permission, string>

const isPermission = (word: string): word is Permission => Object.hasOwn(keys, word)
const roleNames = ['member', 'reviewer', 'operator', 'admin'] as const satisfies readonly Role[]

/** Permissions and roles in words; those that this console does not know are told as the platform calls them. */
export function useWords() {
  const t = usePermissionText()
  return {
    permission: (name: string) => (isPermission(name) ? t(keys[name]) : name),
    role: (name: string) => {
      const known = roleNames.find((each) => each === name)
      return known ? t(known) : name
    },
  }
}
