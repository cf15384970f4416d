import { z } from 'zod'
import type { UserRow } from './user.repository.ts'
import { locale, normalisedEmail, personName, userResource } from './user.schema.ts'
import { present } from './user.service.ts'

export const managedUser = userResource
  .extend({
    kind: z.enum(['person', 'service']),
    ownerId: z.uuid().nullable().describe('Who answers for a service account.'),
    disabledAt: z.iso.datetime().nullable().describe('Since then nobody gets in as this user.'),
  })
  .meta({ id: 'ManagedUser' })

/** Somebody who has no account yet. */
export const invitedPerson = z.object({
  email: normalisedEmail,
  name: personName,
  locale: locale.default('en'),
})

export const presentManaged = (user: UserRow): z.input<typeof managedUser> => ({
  ...present(user),
  kind: user.kind,
  ownerId: user.owner_id,
  disabledAt: user.disabled_at?.toISOString() ?? null,
})
