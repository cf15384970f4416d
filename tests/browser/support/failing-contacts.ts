import type { CloudEvent } from '@alta/contracts/cloud-event'
import { messageFailed } from '@alta/contracts/events/message-failed.v1'
import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import { eventOf } from '@alta/kit/testing/deliver'
import { eventually } from '@alta/kit/testing/wait'
import { connect } from 'amqplib'
import type pg from 'pg'
import type { Client } from '../../support/client.ts'

/** What a made-up person is called: their number decides whether the handler fails. */
const CALLED = 'Retry No.'

/** Dead letters of a handler that really fails: `notifications` records people, and its table refuses some of them. */
export interface FailingContacts extends AsyncDisposable {
  readonly group: string
  /** From now on only those are refused whose number ends with one of these digits. */
  refuseOnly(digits: readonly number[]): Promise<void>
}

/**
 * Makes a group of so many dead letters. The first comes the whole way: delivered, refused at every attempt, given up.
 * The others are given up as the same failure, which spares nine attempts each.
 */
export async function failContacts(
  owner: pg.Client,
  rabbitmqUrl: string,
  operator: Client,
  count: number,
): Promise<FailingContacts> {
  const refuse = (digits: readonly number[]) =>
    owner.query(`
      create or replace function notifications.refuse_contact() returns trigger language plpgsql as $$
      begin
        if new.name like '${CALLED} %' and right(new.name, 1) = any (array[${digits.map((digit) => `'${digit}'`)}]) then
          raise exception 'the address book takes nobody called %', new.name;
        end if;
        return new;
      end $$`)
  await refuse([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  await owner.query('grant execute on function notifications.refuse_contact() to public')
  await owner.query('drop trigger if exists refuse_contact on notifications.contacts')
  await owner.query(`
    create trigger refuse_contact before insert or update on notifications.contacts
    for each row execute function notifications.refuse_contact()`)

  const registered = Array.from({ length: count }, (_, number) =>
    eventOf(userRegistered, {
      userId: randomUUIDv7(),
      email: `retry.${number}@example.org`,
      name: `${CALLED} ${number}`,
      locale: 'en',
    }),
  )
  const [first, ...others] = registered
  if (!first) throw new Error('at least one')
  const connection = await connect(rabbitmqUrl)
  const channel = await connection.createConfirmChannel()
  const publish = ({ topic }: { topic: string }, event: CloudEvent) =>
    channel.publish(topic, '', Buffer.from(JSON.stringify(event)), {
      contentType: 'application/cloudevents+json',
    })

  publish(userRegistered, first)
  const query = `app=notifications&correlationId=${first.correlationid}`
  const group = await eventually(
    'the first one is given up',
    async () => {
      // Attempts that are parked are made now instead of minutes later.
      await operator.call('POST', '/api/v1/monitor/inbox/notifications/release', {
        topic: userRegistered.topic,
      })
      return (await operator.call('GET', `/api/v1/dead-letters?${query}`)).body.items[0]?.id ?? false
    },
    240,
  )
  const letters = await operator.call('GET', `/api/v1/dead-letters/${group}/messages?${query}`)
  const detail = await operator.call(
    'GET',
    `/api/v1/dead-letters/${group}/messages/${letters.body.items[0].id}`,
  )
  const { errorClass, message, stack, history, attempts } = detail.body
  for (const event of others) {
    const given = { app: 'notifications', handler: 'notifications/user.registered.v1', event }
    const failed = eventOf(
      messageFailed,
      { ...given, errorClass, message, stack, history, attempts },
      { source: '/notifications', correlationid: event.correlationid },
    )
    publish(messageFailed, failed)
  }
  await channel.waitForConfirms()
  await connection.close()
  await eventually(
    'all are filed',
    async () => (await operator.call('GET', `/api/v1/dead-letters/${group}`)).body.open >= count,
    240,
  )
  return {
    group,
    refuseOnly: async (digits) => void (await refuse(digits)),
    async [Symbol.asyncDispose]() {
      await owner.query('drop trigger if exists refuse_contact on notifications.contacts')
      await owner.query('drop function if exists notifications.refuse_contact()')
      await owner.query('delete from notifications.contacts where name like $1', [`${CALLED} %`])
      await owner.query('delete from events.dead_letters where group_id = $1', [group])
      await owner.query('delete from events.dead_letter_groups where id = $1', [group])
    },
  }
}
