import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { answer, api } from '../api/api.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Checkbox, TextArea, TextField } from '../ui/field.tsx'
import { Awaited, Notice, ProblemNotice } from '../ui/notice.tsx'
import { Page, Section } from '../ui/page.tsx'
import { toast } from '../ui/toasts.tsx'
import styles from './project.module.css'
import { type Project, projectQuery } from './project.ts'
import { ProjectTabs } from './project-tabs.tsx'
import { useProjectText } from './text.ts'

export function Component() {
  const { id = '' } = useParams()
  const asked = useQuery(projectQuery(id))
  const { data } = asked
  /** As it was when somebody began to change it. */
  const [begun, setBegun] = useState<Project>()
  if (!data) return <Awaited asked={asked} lines={10} />
  // Somebody else's change shows itself, unless something is typed here that would go with it.
  const project = begun?.id === data.id ? begun : data
  return (
    <Settings
      key={`${project.id} ${project.version}`}
      project={project}
      isOld={project.version !== data.version}
      onBegin={() => setBegun(project)}
      onEnd={() => setBegun(undefined)}
    />
  )
}

const percent = (share: number): string => String(Math.round(share * 100))

function Settings({
  project,
  isOld,
  onBegin,
  onEnd,
}: {
  project: Project
  /** Somebody has changed it since. */
  isOld: boolean
  onBegin: () => void
  /** What is typed here is saved, or given up. */
  onEnd: () => void
}) {
  const t = useProjectText()
  const general = useGeneralText()
  const client = useQueryClient()
  const [name, setName] = useState(project.name)
  const [description, setDescription] = useState(project.description)
  const [language, setLanguage] = useState(project.language)
  const [minimum, setMinimum] = useState(percent(project.review.minimumConfidence))
  const [minimumWord, setMinimumWord] = useState(percent(project.review.minimumWordConfidence))
  const [secondReviewer, setSecondReviewer] = useState(project.review.secondReviewer)
  const [isDeleting, setDeleting] = useState(false)
  const isOwner = project.role === 'owner'
  const save = useMutation({
    mutationFn: () =>
      answer(
        api.PATCH('/api/v1/projects/{id}', {
          params: { path: { id: project.id }, header: { 'if-match': `"${project.version}"` } },
          body: {
            ...{ name, description, language },
            review: {
              minimumConfidence: Number(minimum) / 100,
              minimumWordConfidence: Number(minimumWord) / 100,
              secondReviewer,
            },
          },
        }),
      ),
    onSuccess: async () => {
      toast(t('saved'))
      onEnd()
      await client.invalidateQueries({ queryKey: ['projects'] })
    },
  })
  const share = { type: 'number', min: 0, max: 100, required: true, disabled: !isOwner } as const
  return (
    <Page title={project.name} below={<ProjectTabs project={project} />}>
      {!isOwner && <Notice>{t('onlyOwners')}</Notice>}
      <form
        className={styles.form}
        onChange={onBegin}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        {isOld && !save.isPending && (
          <Notice kind="warn">
            <strong role="alert">{t('changedSince')}</strong>
            <div>
              <Button onClick={onEnd}>{t('takeNew')}</Button>
            </div>
          </Notice>
        )}
        <Section title={t('general')}>
          <TextField
            label={t('name')}
            value={name}
            required
            maxLength={200}
            disabled={!isOwner}
            onChange={(e) => setName(e.target.value)}
          />
          <TextArea
            label={t('description')}
            value={description}
            maxLength={4000}
            disabled={!isOwner}
            onChange={(e) => setDescription(e.target.value)}
          />
          <TextField
            label={t('language')}
            hint={t('languageHint')}
            value={language}
            required
            disabled={!isOwner}
            onChange={(e) => setLanguage(e.target.value)}
          />
        </Section>
        <Section title={t('review')}>
          <TextField
            {...share}
            label={t('minimumConfidence')}
            value={minimum}
            onChange={(e) => setMinimum(e.target.value)}
          />
          <TextField
            {...share}
            label={t('minimumWordConfidence')}
            value={minimumWord}
            onChange={(e) => setMinimumWord(e.target.value)}
          />
          <Checkbox
            label={t('secondReviewer')}
            checked={secondReviewer}
            disabled={!isOwner}
            onChange={(e) => setSecondReviewer(e.target.checked)}
          />
        </Section>
        {save.error && <ProblemNotice error={save.error} />}
        {isOwner && (
          <DialogActions>
            <Button kind="danger" onClick={() => setDeleting(true)}>
              {t('deleteProject')}
            </Button>
            <Button kind="primary" type="submit" disabled={save.isPending}>
              {general('save')}
            </Button>
          </DialogActions>
        )}
      </form>
      {isDeleting && <DeleteProject project={project} onClose={() => setDeleting(false)} />}
    </Page>
  )
}

function DeleteProject({ project, onClose }: { project: Project; onClose: () => void }) {
  const t = useProjectText()
  const general = useGeneralText()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const remove = useMutation({
    mutationFn: () => api.DELETE('/api/v1/projects/{id}', { params: { path: { id: project.id } } }),
    onSuccess: async () => {
      navigate('/projects')
      await client.invalidateQueries({ queryKey: ['projects', 'all'] })
    },
  })
  return (
    <Dialog title={t('deleteProject')} onClose={onClose}>
      <p>{t('deleteProjectWhy')}</p>
      <TextField
        label={t('name')}
        hint={project.name}
        value={typed}
        onChange={(e) => setTyped(e.target.value)}
      />
      {remove.error && <ProblemNotice error={remove.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general('cancel')}</Button>
        <Button
          kind="danger"
          disabled={typed !== project.name || remove.isPending}
          onClick={() => remove.mutate()}
        >
          {t('deleteProject')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
