import { permissions } from '@alta/kit/auth/permissions'
import { z } from 'zod'
import { personName } from '../users/user.schema.ts'
import type { ApiKeyRow } from './api-key.repository.ts'

export const apiKeyResource = z
  .object({
    id: z.uuid(),
    name: z.string(),
    hint: z.string().describe('How the key begins.'),
    scope: z.array(z.string()),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable().describe('Up to two minutes behind.'),
  })
  .meta({ id: 'ApiKey' })

export const newApiKey = z.object({
  name: personName,
  scope: z.array(z.enum(permissions)).min(1).max(permissions.length).describe('What it may do.'),
  expiresInDays: z.number().int().min(1).max(365).default(90),
})

export const createdApiKey = apiKeyResource
  .extend({ key: z.string().describe('Never shown again.') })
  .meta({ id: 'CreatedApiKey' })

export const presentKey = (row: ApiKeyRow): z.input<typeof apiKeyResource> => ({
  id: row.id,
  name: row.name,
  hint: row.hint,
  scope: row.scope,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
})
