import { z } from 'zod'
import { invitedPerson } from '../users/managed-user.schema.ts'
import { personName } from '../users/user.schema.ts'
import type { CountedTenant } from './tenant.repository.ts'

/** Mails of invitations name the tenant, also to who has never heard of it: as little a message as a person's name. */
export const tenantName = personName

export const newTenant = z.object({
  name: tenantName,
  administrator: invitedPerson.describe('Is invited by mail, with the role `admin`.'),
})

export const tenantResource = z
  .object({
    id: z.uuid(),
    name: z.string(),
    people: z.number().int().describe('Accounts of people in it.'),
    createdAt: z.iso.datetime(),
    disabledAt: z.iso.datetime().nullable().describe('Since then nobody of it gets in.'),
  })
  .meta({ id: 'Tenant' })

export const presentTenant = (tenant: CountedTenant): z.input<typeof tenantResource> => ({
  id: tenant.tenant_id,
  name: tenant.name,
  people: tenant.people,
  createdAt: tenant.created_at.toISOString(),
  disabledAt: tenant.disabled_at?.toISOString() ?? null,
})
