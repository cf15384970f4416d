// One replica's scheduler in a process of its own, for tests that kill it: fires as fast as it can, by a clock that
// runs faster than the world's.
import { connect } from '@alta/kit/database/database'
import type { TasksSchema } from '../database/schema.ts'
import { fireSchedules } from './fire-schedules.ts'

const { settings, began, speed } = JSON.parse(process.argv[2] ?? '')
const database = connect<TasksSchema>('tasks', settings)

process.once('disconnect', () => process.exit(0))
for (;;) {
  const now = new Date(began + (Date.now() - began) * speed)
  const fired = await fireSchedules(database, now)
  process.send?.(fired)
}
