import { emailSendRequested } from '@alta/contracts/events/email-send-requested.v1'
import type { EmailTemplate } from '@alta/contracts/resources/email'
import type { TransactionScope } from '@alta/kit/database/database'
import { randomUUIDv7 } from '@alta/kit/identifiers'
import type { Schema } from '../database/schema.ts'
import { currentVersion } from './item.access.ts'
import type { ItemRow } from './item.repository.ts'
import type { Kind } from './kind.ts'

/** Asks for a mail to the person who sent the current file of an item. */
export async function tellUploader(
  { tx, emit }: TransactionScope<Schema>,
  kind: Kind,
  item: ItemRow,
  template: Extract<EmailTemplate, 'item-approved' | 'item-rejected' | 'item-failed'>,
  parameters: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { uploaded_by: userId } = await currentVersion(tx, item)
  emit(
    emailSendRequested,
    {
      messageId: randomUUIDv7(),
      recipient: { userId },
      template,
      parameters: {
        title: item.title,
        kind: kind.name,
        itemId: item.id,
        projectId: item.project_id,
        ...parameters,
      },
    },
    { sequence: 1 },
  )
}
