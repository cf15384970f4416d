import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { answer, api } from '../api/api.ts'
import { useWords } from '../permissions/text.ts'
import { useGeneralText } from '../text/general.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import list from '../ui/list.module.css'
import { ProblemNotice, Skeleton } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { useAdminText } from './text.ts'

/** Says what was decided about a request, and by which rule. */
export function ExplainBox() {
  const general = useGeneralText()
  const t = useAdminText()
  const words = useWords()
  const [search, setSearch] = useSearchParams()
  const requestId = search.get('request') ?? ''
  const [typed, setTyped] = useState(requestId)
  const decisions = useQuery({
    queryKey: ['decisions', requestId],
    queryFn: () =>
      answer(api.GET('/api/v1/audit/decisions/{requestId}', { params: { path: { requestId } } })),
    enabled: requestId !== '',
  })
  return (
    <Section title={t('why')}>
      <form
        className={list.form}
        onSubmit={(event) => {
          event.preventDefault()
          setSearch(typed.trim() ? { request: typed.trim() } : {})
        }}
      >
        <TextField
          label={general('requestId')}
          hint={t('requestIdHint')}
          required
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <div>
          <Button type="submit">{t('explain')}</Button>
        </div>
      </form>
      <div aria-live="polite">
        {decisions.isLoading && <Skeleton lines={3} />}
        {decisions.error && <ProblemNotice error={decisions.error} onRetry={() => decisions.refetch()} />}
        {decisions.data?.items.length === 0 && <p>{t('noDecision')}</p>}
        <ul className={list.list}>
          {decisions.data?.items.map((decision) => (
            <li key={decision.sequence}>
              <div className={list.what}>
                <span className={list.row}>
                  <strong>{decision.action}</strong>
                  <Badge tone={decision.code === null ? 'good' : 'bad'}>
                    {decision.code ?? t('allowed')}
                  </Badge>
                </span>
                <span className={list.more}>
                  {decision.needed && (
                    <span>
                      {t('needed')}: {words.permission(decision.needed)}
                    </span>
                  )}
                  {decision.rule && (
                    <span>
                      {t('rule')}: <code>{decision.rule}</code>
                    </span>
                  )}
                  <span>
                    {decision.actor
                      ? `${t('roles')}: ${['member', ...decision.actor.roles.filter((role) => role !== 'member')].map(words.role).join(', ')}`
                      : t('nobody')}
                  </span>
                  <span>{decision.service}</span>
                  {decision.resources.map(({ name, id }) => (
                    <span key={name + id}>
                      {name} <code>{id}</code>
                    </span>
                  ))}
                </span>
              </div>
              <Time at={decision.at} />
            </li>
          ))}
        </ul>
      </div>
    </Section>
  )
}
