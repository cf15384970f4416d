import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { describeCheckout } from '../checkout.ts'
import { readSettings } from '../settings.ts'
import { controlCommand, passwordHash } from './rabbitmq-admin.ts'

it('hashes a password as RabbitMQ does: salt, then SHA-256 of salt and password', () => {
  const bytes = Buffer.from(passwordHash('s3cret'), 'base64')
  const salt = bytes.subarray(0, 4)
  expect(bytes.subarray(4)).toEqual(createHash('sha256').update(salt).update('s3cret').digest())
})

it('reaches a broker of our own with the environment of its node, from whatever process asks', async () => {
  const checkout = describeCheckout('/somewhere/alta', readSettings('/somewhere/alta'))
  const words = await controlCommand(checkout, 25_000, 'own')
  expect(words?.[0]).toBe('env')
  expect(words).toContain(`RABBITMQ_NODENAME=${checkout.id}@localhost`)
  expect(words).toContain(`HOME=${checkout.home}/rabbitmq`)
  expect(words?.at(-1)).toMatch(/rabbitmqctl$/)
})
