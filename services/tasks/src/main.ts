// tasks: carries out long operations, shows how far they are, and lets people stop and repeat them.
import { connect } from '@alta/kit/database/database'
import { serve } from '@alta/kit/serve'
import { config } from './config.ts'
import type { TasksSchema } from './database/schema.ts'
import { fireSchedules } from './schedules/fire-schedules.ts'
import { purgeRuns } from './schedules/schedule.repository.ts'
import { scheduleRoutes } from './schedules/schedule.routes.ts'
import { scheduleService } from './schedules/schedule.service.ts'
import { subscriptions } from './subscriptions.ts'
import { checkStart } from './tasks/check-start.ts'
import { forgetCopies, forgetTasks } from './tasks/forget-tasks.ts'
import { restoreStates } from './tasks/restore-states.ts'
import { openStateStore } from './tasks/state-store.ts'
import { taskDriver } from './tasks/task.driver.ts'
import { countTasks } from './tasks/task.metrics.ts'
import { taskRoutes } from './tasks/task.routes.ts'
import { taskService } from './tasks/task.service.ts'
import { tellAgain } from './tasks/tell-again.ts'

const database = connect<TasksSchema>('tasks', config)
const store = openStateStore(config)
const rules = { maxRetries: config.TASK_MAX_RETRIES, retrySeconds: config.TASK_RETRY_DELAY }
const driver = taskDriver({ database, store, rules })
const tasks = taskService({ database, driver, cancelSeconds: config.TASK_CANCEL_SECONDS })
const clock = () => new Date()
const schedules = scheduleService(database, checkStart, clock)

await serve({
  appId: 'tasks',
  config,
  database,
  routes: [...taskRoutes(tasks), ...scheduleRoutes(schedules)],
  subscriptions: subscriptions(driver),
  background: [
    { name: 'bring tasks on', everySeconds: 1, run: driver.look },
    { name: 'restore lost states of tasks', everySeconds: 30, run: () => restoreStates(database, store) },
    {
      name: 'tell transitions again',
      everySeconds: 5,
      run: () => tellAgain(database, config.TASK_CONFIRM_SECONDS),
    },
    { name: 'count open tasks', everySeconds: 15, run: () => countTasks(database) },
    { name: 'fire schedules', everySeconds: 1, run: () => fireSchedules(database, clock()) },
    {
      name: 'forget old runs of schedules',
      everySeconds: 3_600,
      run: () => database.system(({ tx }) => purgeRuns(tx, config.SCHEDULE_RUN_RETENTION_DAYS)),
    },
    { name: 'forget copies of tasks', everySeconds: 300, run: () => forgetCopies(database, store) },
    {
      name: 'forget old tasks',
      everySeconds: 3_600,
      run: () => forgetTasks(database, config.TASK_RETENTION_DAYS),
    },
  ],
  onStop: async () => {
    await driver.stop()
    await store.close()
  },
})
