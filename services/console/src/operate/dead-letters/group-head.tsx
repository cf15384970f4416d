import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../../api/api.ts'
import { queries } from '../../api/queries.ts'
import { useMay, useMe } from '../../session/session.ts'
import { Button } from '../../ui/button.tsx'
import { TextArea } from '../../ui/field.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'
import { count } from '../parts/figures.ts'
import { Who } from '../parts/who.tsx'
import { useOperateText } from '../text.ts'
import styles from './dead-letters.module.css'
import { GroupState } from './groups-page.tsx'
import type { Group } from './letters.ts'
import { useLettersText } from './text.ts'

/** What the failures of a group have in common, who looks after them, and what is known. */
export function GroupHead({ group }: { group: Group }) {
  const t = useLettersText()
  const o = useOperateText()
  const me = useMe()
  const may = useMay()('operations:write')
  /** What somebody writes, and what stood there when they began. */
  const [begun, begin] = useState<{ note: string; was: string }>()
  const note = begun?.note ?? group.note
  const isOvertaken = begun !== undefined && begun.was !== group.note
  const change = useMutation({
    mutationFn: (body: { owner?: string | null; status?: Group['status']; note?: string }) =>
      answer(
        api.PATCH('/api/v1/dead-letters/{group}', {
          params: { path: { group: group.id }, header: { 'if-match': `"${group.version}"` } },
          body,
        }),
      ),
    onSuccess: (changed, body) => {
      queries.setQueryData(['dead-letters', 'group', group.id], changed)
      if (body.note === undefined) return
      begin(undefined)
      toast(t('noteSaved'))
    },
  })
  const isMine = group.owner === me.id
  return (
    <div className={styles.head}>
      <div className={styles.headline}>
        <GroupState group={group} />
        <span>
          {o('handler')} <code>{group.handler}</code>
        </span>
        <span>
          <strong>{count(group.open)}</strong> {t('open').toLowerCase()},{' '}
          {group.retrying > 0 && `${count(group.retrying)} ${t('retrying').toLowerCase()}, `}
          {count(group.resolved)} {t('resolved').toLowerCase()}, {count(group.discarded)}{' '}
          {t('discarded').toLowerCase()}
        </span>
        <span className={styles.quiet}>
          {t('firstSeen')} <Time at={group.firstSeenAt} />, {t('lastSeen').toLowerCase()}{' '}
          <Time at={group.lastSeenAt} />
        </span>
        <span className={styles.quiet}>
          {t('owner')}: {group.owner === null ? o('none') : <Who id={group.owner} />}
        </span>
        {may && (
          <>
            <Button
              onClick={() =>
                change.mutate(isMine ? { owner: null } : { owner: me.id, status: 'acknowledged' })
              }
            >
              {isMine ? t('letGo') : t('takeOver')}
            </Button>
            <Button
              onClick={() =>
                change.mutate({ status: group.status === 'resolved' ? 'acknowledged' : 'resolved' })
              }
            >
              {group.status === 'resolved' ? t('reopen') : t('markResolved')}
            </Button>
          </>
        )}
      </div>
      <p className={styles.failure} title={group.message}>
        {group.message}
      </p>
      <details>
        <summary>
          {t('note')}
          {group.note && `: ${group.note.split('\n').at(-1)}`}
        </summary>
        <div className={styles.note}>
          {group.stack && <pre>{group.stack}</pre>}
          <TextArea
            label={t('note')}
            hint={t('noteHint')}
            rows={3}
            value={note}
            readOnly={!may}
            onChange={({ target }) => begin({ was: group.note, ...begun, note: target.value })}
          />
          {isOvertaken && (
            <Notice kind="warn">
              <strong role="alert">{t('noteChanged')}</strong>
              <span>{group.note}</span>
              <div>
                <Button onClick={() => begin({ was: group.note, note: `${group.note}\n${begun.note}` })}>
                  {t('noteBelow')}
                </Button>
              </div>
            </Notice>
          )}
          {may && (
            <div>
              <Button disabled={isOvertaken || note === group.note} onClick={() => change.mutate({ note })}>
                {t('saveNote')}
              </Button>
            </div>
          )}
        </div>
      </details>
      {change.error && <ProblemNotice error={change.error} />}
    </div>
  )
}
