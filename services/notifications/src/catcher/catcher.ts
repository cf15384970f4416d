import { buffer } from 'node:stream/consumers'
import type { Database } from '@alta/kit/database/database'
import { log } from '@alta/kit/telemetry/log'
import PostalMime from 'postal-mime'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import type { NotificationsSchema } from '../database/schema.ts'
import { keepMail } from './caught-mail.repository.ts'

export const CATCHER_HOST = '127.0.0.1'
const LARGEST_MAIL = 5 * 2 ** 20

export interface Catcher {
  readonly port: number
  close(): Promise<void>
}

/**
 * A mail server for machines without one: it takes every mail, delivers none, and lets them be read back.
 * It says yes only after the mail is committed, as a real one should.
 * It asks nobody who they are, so only this machine can reach it.
 * @throws {Error} when the port is taken
 */
export async function openCatcher(database: Database<NotificationsSchema>, port: number): Promise<Catcher> {
  const server = new SMTPServer({
    banner: 'Alta keeps your mail and sends none',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: LARGEST_MAIL,
    onData(stream, session, done) {
      keep(database, stream, session).then(
        () => done(null),
        (error: Error) => {
          log.warn({ err: error }, 'the mail catcher could not keep a mail')
          // smtp-server answers a transient failure, so that the sender tries again.
          done(Object.assign(new Error('not kept, try again later'), { responseCode: 451 }))
        },
      )
    },
  })
  // A client that hangs up in the middle is no concern of the service.
  server.on('error', (error) => log.debug({ err: error }, 'the mail catcher lost a connection'))
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(port, CATCHER_HOST, resolve)
  })
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

async function keep(
  database: Database<NotificationsSchema>,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<void> {
  const raw = await buffer(stream)
  if (stream.sizeExceeded) throw new Error(`a mail of more than ${LARGEST_MAIL} bytes`)
  const mail = await PostalMime.parse(raw)
  const { mailFrom, rcptTo } = session.envelope
  await database.system(({ tx }) =>
    keepMail(tx, {
      messageId: mail.messageId ?? '',
      sender: mailFrom === false ? '' : mailFrom.address,
      recipients: rcptTo.map(({ address }) => address.toLowerCase()),
      subject: mail.subject ?? '',
      text: mail.text ?? '',
      html: mail.html ?? '',
    }),
  )
}
