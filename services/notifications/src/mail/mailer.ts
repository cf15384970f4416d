import { createTransport } from 'nodemailer'
import { type Mail, oneLine } from './mail.ts'

/** Milliseconds. A mail server that says nothing for so long is away. */
const PATIENCE = 20_000

export interface Envelope {
  readonly messageId: string
  readonly to: { readonly name: string; readonly email: string }
}

export interface Mailer {
  /**
   * Hands a mail to the server; the same message always has the same Message-ID, by which mailboxes recognise
   * a copy.
   * @throws {MailRefused} when the server will never take it
   * @throws {Error} when another attempt may succeed
   */
  send(envelope: Envelope, mail: Mail): Promise<void>
}

/** The server has said a final no to this recipient or this message. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
}

export interface MailerOptions {
  readonly host: string
  readonly port: number
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** `Name <address>` */
  readonly from: string
}

export function smtpMailer({ host, port, user, password, from }: MailerOptions): Mailer {
  const transport = createTransport({
    host,
    port,
    secure: port === 465,
    // A password never travels in the clear.
    requireTLS: user !== undefined && port !== 465,
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = /@([^<>@\s]+)>$/.exec(from)?.[1] ?? 'alta.localhost'

  return {
    async send({ messageId, to }, mail) {
      try {
        await transport.sendMail({
          ...mail,
          from,
          to: { name: oneLine(to.name), address: to.email },
          messageId: `<${messageId}@${domain}>`,
          headers: { 'auto-submitted': 'auto-generated' },
        })
      } catch (error) {
        throw isFinal(error) ? new MailRefused((error as Error).message, { cause: error }) : error
      }
    },
  }
}

/** 5xx to the recipient or the message. 5xx to a login is a matter of settings, which somebody can mend. */
function isFinal(error: unknown): boolean {
  const { code, responseCode = 0 } = error as { code?: string; responseCode?: number }
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode >= 500
}
