import type { Generated, GeneratedAlways } from 'kysely'
import type { MailTemplate } from '../mail/mail.ts'

export type MessageStatus = 'queued' | 'sending' | 'sent' | 'retried' | 'failed'

export interface NotificationsSchema {
  /** Addresses as told by user.registered.v1 and user.email-changed.v1. */
  contacts: {
    user_id: string
    tenant_id: string
    email: string
    name: string
    locale: string
    /** When the person had this address, not when it was heard of. */
    updated_at: Generated<Date>
  }
  messages: {
    message_id: string
    tenant_id: string
    /** Order of arrival, for paging. */
    position: GeneratedAlways<string>
    user_id: string
    template: MailTemplate
    /** The event whose handler sends it: a second event with the same message id does nothing. */
    event_id: string
    status: Generated<MessageStatus>
    /** Times that a mail server was asked. */
    attempts: Generated<number>
    email: string | null
    subject: string | null
    /** What the mail server said last, when it did not take the message. */
    detail: string | null
    created_at: Generated<Date>
    sent_at: Date | null
  }
  /** Who belongs to which project, as the events of `documents` tell it; says who may hear of what. */
  members: {
    user_id: string
    project_id: string
    tenant_id: string
    /** Version of the project that this row shows; older news is passed over. */
    sequence: number
    removed_at: Date | null
  }
  /** Late news of one of these must not bring its members back. */
  deleted_projects: {
    project_id: string
    tenant_id: string
    deleted_at: Date
  }
  /** Of the local catcher. No tenant: a mail server is told addresses and nothing else. */
  caught_mails: {
    id: GeneratedAlways<string>
    message_id: string
    sender: string
    recipients: string[]
    subject: string
    text: string
    html: string
    received_at: Generated<Date>
  }
}
