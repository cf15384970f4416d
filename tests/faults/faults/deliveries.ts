import { setTimeout as delay } from 'node:timers/promises'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { messageRejected } from '@alta/contracts/events/message-rejected.v1'
import { emitted } from '@alta/kit/testing/deliver'
import { eventually } from '@alta/kit/testing/wait'
import type { Fault } from '../fault.ts'
import { bodyOf, drain, ledgerEvent, publishRaw } from '../support/broker-messages.ts'
import { changeMade, deadLetterQueue } from '../support/contracts.ts'
import type { Stage } from '../support/stage.ts'
import { carriedThrough, makeChange, trial } from '../support/trial.ts'

/** What the consumer has given up on. The pool sees its schema by name only. */
const failures = (stage: Stage) =>
  emitted(
    {
      query: (text, values) =>
        stage.admin.query(text.replace('outbox_events', 'consumer.outbox_events'), values),
    },
    messageFailed,
  )
const rejections = (stage: Stage) =>
  emitted(
    {
      query: (text, values) =>
        stage.admin.query(text.replace('outbox_events', 'consumer.outbox_events'), values),
    },
    messageRejected,
  )

export const deliveries: readonly Fault[] = [
  {
    id: 'F13',
    title: 'slow handlers and handlers that never return',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        clients: 2,
        pause: 50,
        patience: 240,
        async inject() {
          const count = amount.form === 'long' ? 20 : 3
          await stage.consumer.stop()
          stage.consumer.start({
            ...stage.environment.consumer,
            INBOX_HANDLER_SECONDS: '3',
            INBOX_MAX_RETRIES: '1',
          })
          await stage.ready()
          for (let turn = 0; turn < count; turn++) {
            await makeChange(stage, { poison: 'hangs' })
            await makeChange(stage, { poison: 'slow' })
          }
          const past = await carriedThrough(stage)
          await eventually(
            'each that hangs is given up',
            async () =>
              (await failures(stage)).filter(({ errorClass }) => errorClass === 'handler_timeout').length >=
              count,
            120,
          )
          await stage.consumer.stop()
          stage.consumer.start(stage.environment.consumer)
          await stage.ready()
          return { runs: 2 * count, note: `a change past them took ${past.toFixed(1)} s to its effect` }
        },
      }),
  },
  {
    id: 'F14',
    title: 'the same message a thousand times at once, and again a day later',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        clients: 2,
        pause: 50,
        async inject() {
          const event = await ledgerEvent(stage)
          const copies = amount.form === 'long' ? 1_000 : 300
          await publishRaw(
            stage,
            changeMade.topic,
            Array.from({ length: copies }, () => bodyOf(event)),
          )
          await delay(1_000)
          // A day passes for the rows, so that nobody has to wait for it.
          await stage.admin.query(
            `update consumer.inbox_messages set received_at = received_at - interval '1 day', completed_at = completed_at - interval '1 day'`,
          )
          await publishRaw(
            stage,
            changeMade.topic,
            Array.from({ length: copies }, () => bodyOf(event)),
          )
          return { runs: 2 * copies }
        },
      }),
  },
  {
    id: 'F15',
    title: 'versions that arrive in another order',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 4,
        clients: 2,
        pause: 50,
        async inject() {
          const keys = Array.from(
            { length: amount.form === 'long' ? 200 : 20 },
            (_, index) => `shuffled ${index}`,
          )
          const events = []
          for (const key of keys)
            for (let version = 1; version <= 5; version++)
              events.push(await ledgerEvent(stage, { key, version }))
          const shuffled = events
            .map((event) => ({ event, at: amount.random() }))
            .sort((a, b) => a.at - b.at)
            .map(({ event }) => bodyOf(event))
          await publishRaw(stage, changeMade.topic, shuffled)
          await eventually('every key has come to its last version', async () => {
            const { rows } = await stage.admin.query(
              'select 1 from consumer.latest where key = any ($1) and version = 5',
              [keys],
            )
            return rows.length === keys.length
          })
          return { runs: shuffled.length, note: `${keys.length} keys, each at version 5 in the end` }
        },
      }),
  },
  {
    id: 'F17',
    title:
      'poison: no JSON, 10 MB, unknown type, a schema that does not hold, throws, runs out of memory, ends the process',
    run: (stage, amount) =>
      trial(stage, {
        seconds: 5,
        clients: 2,
        pause: 100,
        patience: 300,
        async inject() {
          await stage.consumer.stop()
          stage.consumer.start({
            ...stage.environment.consumer,
            INBOX_MAX_RETRIES: '1',
            NODE_OPTIONS: '--max-old-space-size=256',
          })
          await stage.ready()
          const valid = await ledgerEvent(stage)
          // The change itself is not to have an effect: only what is broken about its event is sent.
          await stage.admin.query(`update producer.ledger set poison = 'throws' where change_id = $1`, [
            valid.subject,
          ])
          const big = {
            ...valid,
            id: `${valid.id}-big`,
            data: { changeId: valid.subject, key: 'x'.repeat(10_000_000), version: 0 },
          }
          await publishRaw(stage, changeMade.topic, [
            Buffer.from('{ "no json'),
            bodyOf({ hello: 'world' }),
            bodyOf({ ...valid, id: `${valid.id}-type`, type: 'io.alta.unheard-of.v1' }),
            bodyOf({ ...valid, id: `${valid.id}-schema`, data: { changeId: 7 } }),
            bodyOf(big),
          ])
          await makeChange(stage, { poison: 'throws' })
          await makeChange(stage, { poison: 'exits' })
          if (amount.form === 'long') await makeChange(stage, { poison: 'eats-memory' })
          // What ends the process, and in the long form what makes it run out of memory.
          const deadly = amount.form === 'long' ? 2 : 1
          const wanted = ['unknown_type', 'schema_validation_failed', 'RangeError', 'worker_lost']
          const told = ['type', 'schema', 'big'].map((what) => `${valid.id}-${what}`)
          await eventually(
            'each poison is a dead letter with its reason',
            async () => {
              const failed = await failures(stage)
              const classes = failed.map(({ errorClass }) => errorClass)
              const ids = failed.map(({ event }) => event.id)
              return (
                wanted.every((word) => classes.includes(word)) &&
                classes.filter((word) => word === 'worker_lost').length >= deadly &&
                told.every((id) => ids.includes(id)) &&
                (await rejections(stage)).length > 0
              )
            },
            240,
          )
          const past = await carriedThrough(stage)
          await stage.consumer.stop()
          stage.consumer.start(stage.environment.consumer)
          await stage.ready()
          const raw = await drain(stage, deadLetterQueue)
          if (!raw.some((body) => body.includes('no json')))
            throw new Error('what is no JSON is not among the dead letters of the sidecar')
          const counted = new Map<string, number>()
          for (const { errorClass } of await failures(stage))
            counted.set(errorClass, (counted.get(errorClass) ?? 0) + 1)
          const words = [...counted].map(([word, count]) => `${count} ${word}`).join(', ')
          return {
            runs: amount.form === 'long' ? 8 : 7,
            note: `dead letters: ${words}, ${(await rejections(stage)).length} rejected, ${raw.length} raw; a change behind them took ${past.toFixed(1)} s`,
          }
        },
      }),
  },
]
