import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { settingFaults } from './settings.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const whole = {
  APP_HOST: '0.0.0.0',
  APP_PORT: '3000',
  TOKEN_ISSUER: 'https://alta.example.org',
  POSTGRES_HOST: 'postgres-rw',
  POSTGRES_USER: 'alta_tasks',
  RABBITMQ_URL: 'amqp://alta:x@rabbitmq:5672/alta',
}
const faults = (environment: Record<string, string>, title = 'production/tasks') =>
  settingFaults(root, [{ title, app: 'tasks', environment }])
const without = (name: keyof typeof whole) =>
  Object.fromEntries(Object.entries(whole).filter(([other]) => other !== name))

it('is content with a service that has everything', async () => {
  expect(await faults(whole)).toEqual([])
})

it('names what a service would not start without, each time for itself', async () => {
  const found = await settingFaults(root, [
    { title: 'staging/tasks', app: 'tasks', environment: without('RABBITMQ_URL') },
    { title: 'production/tasks', app: 'tasks', environment: { ...whole, TASK_MAX_RETRIES: 'many' } },
    { title: 'production/documents', app: 'documents', environment: whole },
  ])
  expect(found).toEqual([
    expect.stringMatching(/^staging\/tasks would not start:[\s\S]*RABBITMQ_URL/),
    expect.stringMatching(/^production\/tasks would not start:[\s\S]*TASK_MAX_RETRIES[\s\S]*"many"/),
  ])
})

it('wants outside of development what holds on one machine only', async () => {
  expect(await faults(without('TOKEN_ISSUER'))).toEqual([
    'production/tasks: TOKEN_ISSUER is not set and stays https://alta.local',
  ])
  expect(await faults(without('POSTGRES_HOST'))).toEqual([expect.stringContaining('POSTGRES_HOST')])
  expect(await faults(without('TOKEN_ISSUER'), 'dev/tasks')).toEqual([])
})
