import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../../session/session.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { ActionDialog } from '../parts/action-dialog.tsx'
import { oneOf, useAddress } from '../parts/address.ts'
import { Facts } from '../parts/facts.tsx'
import { count, percent } from '../parts/figures.ts'
import { Listed } from '../parts/list.tsx'
import { startOver } from '../parts/pages.ts'
import { SimpleTable } from '../parts/simple-table.tsx'
import taskStyles from '../tasks/tasks.module.css'
import { type Action, actions, findFigures, findStored, type ReadModel } from './read-model.ts'
import { useReplaysText } from './text.ts'

/** Milliseconds until the next look. One that has caught up is compared at each, row for row. */
const pause = ({ state: { data } }: { state: { data: ReadModel[] | undefined } }): number =>
  data?.some(({ building }) => building && !building.caughtUp) ? 2_000 : 30_000

/** What is built from the event store: rebuilt beside the one in use, compared, switched. */
export function Component() {
  const t = useReplaysText()
  const { get, set } = useAddress()
  const may = useMay()('operations:write')
  // Each service by itself: one that is away takes nothing of the other.
  const all = [
    useQuery({ queryKey: ['read-models', 'stored'], queryFn: findStored, refetchInterval: pause }),
    useQuery({
      queryKey: ['read-models', 'figures', t('figures')],
      queryFn: () => findFigures(t('figures')),
      refetchInterval: pause,
    }),
  ]
  const rows = all.flatMap(({ data }) => data ?? [])
  const chosen = rows.find(({ name }) => name === get('model'))
  const action = oneOf(actions, get('action'))
  return (
    <Page title={t('readModels')} actions={<LinkButton to="/operate/replays">{t('title')}</LinkButton>}>
      <Listed
        error={all.find(({ error }) => error)?.error}
        isPending={all.every(({ isPending }) => isPending)}
        isEmpty={rows.length === 0}
        onRetry={() => {
          for (const { refetch } of all) void refetch()
        }}
        emptyTitle={t('noModels')}
      >
        <Notice>{t('modelWords')}</Notice>
        {rows.map((model) => (
          <OneModel
            key={model.name}
            model={model}
            may={may}
            onAction={(wanted) => set({ model: model.name, action: wanted })}
          />
        ))}
      </Listed>
      {may && chosen && action && (
        <ModelDialog
          key={action}
          model={chosen}
          action={action}
          onClose={() => set({ model: undefined, action: undefined })}
        />
      )}
    </Page>
  )
}

function OneModel({
  model,
  may,
  onAction,
}: {
  model: ReadModel
  may: boolean
  onAction: (action: Action) => void
}) {
  const t = useReplaysText()
  const { active, building, differing, differences } = model
  const read = ({ events, position }: ReadModel['active']): [string, string][] =>
    events === undefined || position === undefined
      ? []
      : [
          [t('events'), count(events)],
          [t('upTo'), count(position)],
        ]
  return (
    <Section
      title={`${model.title} (${model.name})`}
      actions={
        may &&
        (building ? (
          <>
            <Button kind="primary" disabled={!building.caughtUp} onClick={() => onAction('switch')}>
              {t('switch')}
            </Button>
            <Button kind="danger" onClick={() => onAction('abort')}>
              {t('abort')}
            </Button>
          </>
        ) : (
          <Button onClick={() => onAction('rebuild')}>{t('rebuild')}</Button>
        ))
      }
    >
      <h3>{t('inUse')}</h3>
      <Facts
        of={[
          [t('generation'), active.generation],
          ...read(active),
          [t('created'), <Time key="started" at={active.startedAt} />],
        ]}
      />
      {building && (
        <>
          <h3>
            {t('building')}{' '}
            <Badge tone={building.caughtUp ? 'good' : 'accent'}>
              {building.caughtUp ? t('caughtUp') : t('notYet')}
            </Badge>
          </h3>
          <progress
            className={taskStyles.progress}
            aria-label={t('progress')}
            max={1}
            value={building.progress}
          />
          <Facts
            of={[
              [t('progress'), percent(building.progress)],
              [t('generation'), building.generation],
              ...read(building),
              [t('created'), <Time key="started" at={building.startedAt} />],
            ]}
          />
        </>
      )}
      {differing === 0 && <Notice kind="good">{t('same')}</Notice>}
      {differing !== null && differing > 0 && (
        <>
          <Notice kind="warn">{t('differ', { count: differing })}</Notice>
          <SimpleTable
            label={t('differ', { count: differing })}
            rows={differences}
            rowKey={({ entry }) => entry}
            columns={[
              { title: t('entry'), cell: ({ entry }) => entry },
              { title: t('inUse'), isNumber: true, cell: (one) => one.active ?? '–' },
              { title: t('building'), isNumber: true, cell: (one) => one.building ?? '–' },
            ]}
          />
        </>
      )}
    </Section>
  )
}

function ModelDialog({ model, action, onClose }: { model: ReadModel; action: Action; onClose: () => void }) {
  const t = useReplaysText()
  const [isAccepted, setAccepted] = useState(false)
  const differing = model.differing ?? 0
  const needsWord = action === 'switch' && differing > 0
  return (
    <ActionDialog
      title={`${t(action).replace('…', '')}: ${model.title}`}
      confirm={t(action).replace('…', '')}
      danger={action !== 'rebuild'}
      possible={!needsWord || isAccepted}
      onClose={onClose}
      run={() => model.act(action, isAccepted)}
      onDone={async () => {
        onClose()
        await startOver('read-models')
      }}
    >
      <p>{t(`${action}Words`)}</p>
      {needsWord && (
        <Checkbox
          label={t('acceptDifferences', { count: differing })}
          checked={isAccepted}
          onChange={(event) => setAccepted(event.target.checked)}
        />
      )}
    </ActionDialog>
  )
}
