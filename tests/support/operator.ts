import type pg from 'pg'
import type { Client } from './client.ts'

/**
 * Registers somebody and gives them the role of an operator, which no route does.
 * @param owner connected as the database's owner; sees every tenant from here on, for row-level security holds for it too
 */
export async function registerOperator(owner: pg.Client, who: Client): Promise<void> {
  await owner.query(`select set_config('alta.tenant_id', '*', false)`)
  await who.register('Olga Operator')
  await owner.query(`update identity.users set roles = array_append(roles, 'operator') where id = $1`, [
    who.userId,
  ])
  // For a token with the new role.
  await who.signIn()
}
