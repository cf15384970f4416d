import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { passwordHash } from './rabbitmq-admin.ts'

it('hashes a password as RabbitMQ does: salt, then SHA-256 of salt and password', () => {
  const bytes = Buffer.from(passwordHash('s3cret'), 'base64')
  const salt = bytes.subarray(0, 4)
  expect(bytes.subarray(4)).toEqual(createHash('sha256').update(salt).update('s3cret').digest())
})
