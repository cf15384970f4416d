import { PgBoss } from 'pg-boss'

export const queue = 'record_effect'

/** Both sides make sure of its tables and of the queue. */
export async function openBoss(connectionString: string): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString, max: 6, useListenNotify: true })
  boss.on('error', (error) => console.error(error))
  await boss.start()
  await boss.createQueue(queue, { notify: true })
  return boss
}
