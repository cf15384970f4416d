import { accountMailSendRequested } from '@alta/contracts/events/account-mail-send-requested.v1'
import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import { userEmailChanged } from '@alta/contracts/events/user-email-changed.v1'
import { userRegistered } from '@alta/contracts/events/user-registered.v1'
import { on, work } from '@alta/kit/events/handlers'
import { recordContact } from './contacts/record-contact.ts'
import { type SendParts, sendMessage } from './messages/send-message.ts'

// The whole inbox.
export const subscriptions = (parts: SendParts) => [
  on(userRegistered, recordContact), // user.registered.v1
  on(userEmailChanged, recordContact), // user.email-changed.v1
  work(emailSendRequested, sendMessage(parts)), // email.send-requested.v1
  work(accountMailSendRequested, sendMessage(parts)), // account-mail.send-requested.v1
]
