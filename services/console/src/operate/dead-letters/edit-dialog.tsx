import { useMutation, useQuery } from '@tanstack/react-query'
import { useId, useMemo, useState } from 'react'
import { answer, api } from '../../api/api.ts'
import { Button } from '../../ui/button.tsx'
import { Awaited, Notice, ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toasts.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { startOver } from '../parts/pages.ts'
import { SimpleTable } from '../parts/simple-table.tsx'
import { useOperateText } from '../text.ts'
import styles from './dead-letters.module.css'
import { InvalidMessages } from './invalid-messages.tsx'
import { type Json, patchOf } from './json-patch.ts'
import { findLetter, isAccepted, type LetterDetail } from './letters.ts'
import { diffLines } from './line-diff.ts'
import { PaceFields, usePace } from './pace-fields.tsx'
import { Tally } from './tally.tsx'
import { useLettersText } from './text.ts'

interface EditProps {
  group: string
  isOnlyThis: boolean
  onClose: () => void
  onStarted: (taskId: string) => void
}

/** Changes the body of one message, or the same in all of a group: seen as a diff, tried first, then sent. */
export function EditDialog({ sample, ...props }: EditProps & { sample: string }) {
  const letter = useQuery({
    queryKey: ['dead-letters', 'message', props.group, sample],
    queryFn: () => findLetter(props.group, sample),
  })
  return letter.data ? <Edit {...props} letter={letter.data} /> : <Awaited asked={letter} />
}

/** What may be changed: the data of an event; of something that is no event, all of it. */
function editable({ event, body }: LetterDetail): { path: string; value: Json } {
  // JSON that came over the wire.
  const whole = (event ?? readJson(body ?? '').value ?? body ?? null) as Json
  return event !== null && typeof whole === 'object' && whole !== null && 'data' in whole
    ? { path: '/data', value: whole.data ?? null }
    : { path: '', value: whole }
}

function readJson(text: string): { value?: Json; fault?: string } {
  try {
    return { value: JSON.parse(text) as Json }
  } catch (error) {
    // What is being typed is no JSON most of the time; it is told beside it.
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

function Edit({ group, letter, isOnlyThis, onClose, onStarted }: EditProps & { letter: LetterDetail }) {
  const t = useLettersText()
  const o = useOperateText()
  const id = useId()
  const { path, value: before } = useMemo(() => editable(letter), [letter])
  const beforeText = useMemo(() => JSON.stringify(before, undefined, 2), [before])
  const [text, setText] = useState(beforeText)
  const [scope, setScope] = useState<'this' | 'all'>(isOnlyThis ? 'this' : 'all')
  const entered = usePace()
  const { value: after, fault } = readJson(text)
  const patch = after === undefined ? [] : patchOf(before, after, path)
  const body = {
    ...(scope === 'this' ? { ids: [letter.id] } : { filter: { status: ['open' as const] } }),
    patch,
  }
  const asked = JSON.stringify(body)
  const params = { path: { group } }
  const attempt = useMutation({
    mutationFn: async () => ({
      asked,
      found: await answer(
        api.POST('/api/v1/dead-letters/{group}/edit', { params, body: { ...body, dryRun: true } }),
      ),
    }),
  })
  const isTried = attempt.data?.asked === asked
  const found = isTried && attempt.data && !isAccepted(attempt.data.found) ? attempt.data.found : undefined
  return (
    <ActionDialog
      wide
      title={t('editTitle')}
      confirm={t('startEdit', { count: found?.retriable ?? 0 })}
      possible={
        found !== undefined && found.retriable > 0 && found.invalid === 0 && entered.pace !== undefined
      }
      onClose={onClose}
      run={(key) =>
        answer(
          api.POST('/api/v1/dead-letters/{group}/edit', {
            params: { ...params, header: { 'idempotency-key': key } },
            body: { ...body, ...entered.pace },
          }),
        )
      }
      onDone={async (begun) => {
        if (!isAccepted(begun)) return
        if (begun.taskId) onStarted(begun.taskId)
        else {
          toast(o('proposed'))
          onClose()
        }
        await startOver('dead-letters')
      }}
    >
      <div className={styles.editor}>
        <div>
          <label htmlFor={id}>
            <strong>{t('editNew')}</strong>
          </label>
          <textarea
            id={id}
            spellCheck={false}
            value={text}
            aria-invalid={fault !== undefined}
            aria-describedby={`${id}-hint`}
            onChange={(event) => setText(event.target.value)}
          />
          <p id={`${id}-hint`} className={styles.quiet}>
            {fault ? t('noJson', { why: fault }) : t('editHint')}
          </p>
        </div>
        <div>
          <strong>{t('changes')}</strong>
          <DiffView before={beforeText} after={text} />
          {patch.length === 0 && !fault && <p className={styles.quiet}>{t('nothingChanged')}</p>}
        </div>
      </div>
      <fieldset className={styles.choices}>
        <legend>{t('applyTo')}</legend>
        <label>
          <input
            type="radio"
            name={`${id}-scope`}
            checked={scope === 'this'}
            onChange={() => setScope('this')}
          />
          {t('onlyThis')} <code>{letter.subject ?? letter.id}</code>
        </label>
        <label>
          <input
            type="radio"
            name={`${id}-scope`}
            checked={scope === 'all'}
            onChange={() => setScope('all')}
          />
          {t('allOpen')}
        </label>
      </fieldset>
      <div className={styles.headline}>
        <Button disabled={patch.length === 0 || attempt.isPending} onClick={() => attempt.mutate()}>
          {t('tryIt')}
        </Button>
        <span className={styles.quiet}>{t('tryHint')}</span>
      </div>
      {attempt.error && <ProblemNotice error={attempt.error} />}
      {found && <Tally of={found} />}
      {found && found.invalid > 0 && (
        <Notice kind="bad">
          <span>{t('breaks')}</span>
          <InvalidMessages of={found.invalidMessages} />
        </Notice>
      )}
      {found && found.edits.length > 0 && (
        <SimpleTable
          label={t('changes')}
          rows={found.edits.flatMap((edit) => edit.changes.map((change) => ({ ...change, id: edit.id })))}
          rowKey={(change) => change.id + change.path}
          columns={[
            { title: t('message'), cell: (change) => <code>{change.id.slice(-8)}</code> },
            { title: t('field'), cell: (change) => <code>{change.path}</code> },
            { title: t('before'), cell: (change) => <Shown value={change.before} /> },
            { title: t('after'), cell: (change) => <Shown value={change.after} /> },
          ]}
        />
      )}
      {found && found.retriable > 0 && found.invalid === 0 && (
        <>
          <p>{t('editPlan')}</p>
          <PaceFields {...entered} />
        </>
      )}
    </ActionDialog>
  )
}

function Shown({ value }: { value: unknown }) {
  const t = useLettersText()
  return value === undefined ? t('absent') : <code>{JSON.stringify(value)}</code>
}

function DiffView({ before, after }: { before: string; after: string }) {
  const t = useLettersText()
  const lines = useMemo(() => diffLines(before, after), [before, after])
  const sign = { same: ' ', removed: '−', added: '+' } as const
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
    <div className={styles.diff} role="group" aria-label={t('changes')} tabIndex={0}>
      {lines.map(({ change, text, key }) => (
        <div key={key} data-change={change}>
          {sign[change]} {text}
        </div>
      ))}
    </div>
  )
}
