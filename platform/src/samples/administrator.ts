import pg from 'pg'
import { StepFailed } from '../console/steps.ts'
import type { Secrets } from '../secrets.ts'
import { sampleEmail, samplePassword } from './account.ts'
import { type Api, codeOf } from './api.ts'

export const administratorEmail = 'admin@example.com'

/**
 * Who looks after a platform of this machine, beside the sample user, who is a member like others: half of the console
 * is for operators and administrators. The password is the sample user's, and no page asks either of them to confirm an
 * address of nobody.
 * @param ownerUrl of the database: no route makes a first administrator, for that is up to who runs the platform
 * @returns false where somebody else has the address
 */
export async function openAdministrator(api: Api, secrets: Secrets, ownerUrl: string): Promise<boolean> {
  const email = administratorEmail
  const password = samplePassword(secrets)
  const registered = await api.post('/auth/register', { email, password, name: 'Sample Administrator' })
  if (registered.status !== 201 && registered.status !== 409)
    throw new StepFailed(
      `no administrator: ${registered.status} ${codeOf(registered)}`,
      'make logs s=gateway',
    )
  await secrets.save()
  if ((await api.post('/auth/login', { email, password })).status !== 200) return false
  const owner = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 3000 })
  await owner.connect()
  try {
    // Row-level security holds for the owner too.
    await owner.query(`select set_config('alta.tenant_id', '*', false)`)
    await owner.query(
      `update identity.users set email_verified_at = now() where email = any ($1) and email_verified_at is null`,
      [[sampleEmail, email]],
    )
    await owner.query(
      `update identity.users set roles = array_append(roles, 'admin') where email = $1 and not 'admin' = any (roles)`,
      [email],
    )
  } finally {
    await owner.end()
  }
  return true
}
