import { Link } from 'react-router'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Time } from '../../ui/time.tsx'
import { Facts } from '../parts/facts.tsx'
import { SimpleTable } from '../parts/simple-table.tsx'
import { Aside } from '../parts/split.tsx'
import { Who } from '../parts/who.tsx'
import { useOperateText } from '../text.ts'
import type { Entry } from './entry.ts'
import { useAuditText } from './text.ts'

export function EntryPanel({
  entry,
  onFilter,
  onClose,
}: {
  entry: Entry
  onFilter: (changes: Record<string, string | undefined>) => void
  onClose: () => void
}) {
  const t = useAuditText()
  const o = useOperateText()
  const { actor } = entry
  return (
    <Aside title={entry.summary} onClose={onClose}>
      <Facts
        of={[
          [
            t('outcome'),
            <Badge key="outcome" tone={entry.outcome === 'allowed' ? 'good' : 'bad'}>
              {t(entry.outcome)}
            </Badge>,
          ],
          [t('what'), <code key="action">{entry.action}</code>],
          [o('time'), <Time key="at" at={entry.at} />],
          [
            t('who'),
            actor === null ? (
              t('nobody')
            ) : (
              <>
                <Who id={actor.userId} /> <code>{actor.userId}</code>{' '}
                <Button kind="quiet" onClick={() => onFilter({ actor: actor.userId, entry: undefined })}>
                  {o('filter')}
                </Button>
              </>
            ),
          ],
          [t('roles'), actor?.roles.join(', ')],
          [t('session'), actor && <code>{actor.sessionId}</code>],
          [t('address'), entry.address],
          [t('agent'), entry.userAgent],
          [t('code'), entry.code && <code>{entry.code}</code>],
          [t('rule'), entry.rule],
          [t('needed'), entry.needed],
          [t('often'), entry.count > 1 && t('times', { count: entry.count })],
          [o('service'), entry.service],
          [
            t('requestId'),
            <span key="request">
              <code>{entry.requestId}</code> <CopyButton text={entry.requestId} />
            </span>,
          ],
          [
            t('chain'),
            <Link key="chain" to={`/operate/events/chains/${encodeURIComponent(entry.requestId)}`}>
              {o('requestChain')}
            </Link>,
          ],
          [t('sequence'), entry.sequence],
          [t('hash'), <code key="hash">{entry.hash}</code>],
          [t('previousHash'), <code key="previous">{entry.previousHash}</code>],
        ]}
      />
      {entry.resources.length > 0 && (
        <SimpleTable
          label={t('resources')}
          rows={entry.resources.map((resource, index) => ({ ...resource, index }))}
          rowKey={({ index }) => String(index)}
          columns={[
            { title: t('resources'), cell: ({ name }) => name },
            {
              title: 'id',
              cell: ({ id }) => (
                <Button kind="quiet" onClick={() => onFilter({ resource: id, entry: undefined })}>
                  <code>{id}</code>
                </Button>
              ),
            },
          ]}
        />
      )}
    </Aside>
  )
}
