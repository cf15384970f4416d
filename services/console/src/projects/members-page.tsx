import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { answer, api } from '../api/api.ts'
import { PersonName } from '../people/person-name.tsx'
import { useMe } from '../session/session.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmButton } from '../ui/confirm.tsx'
import { SelectField, TextField } from '../ui/field.tsx'
import { Awaited, ProblemNotice } from '../ui/notice.tsx'
import { Page, Section } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { toast } from '../ui/toasts.tsx'
import styles from './project.module.css'
import { type Member, membersQuery, type Project, projectQuery } from './project.ts'
import { ProjectTabs } from './project-tabs.tsx'
import { useProjectText } from './text.ts'

type Role = Member['role']
const roles = ['owner', 'reviewer', 'viewer'] as const
const roleOf = (word: string): Role => roles.find((each) => each === word) ?? 'viewer'

export function Component() {
  const t = useProjectText()
  const { id = '' } = useParams()
  const project = useQuery(projectQuery(id))
  const members = useQuery(membersQuery(id))
  if (!project.data) return <Awaited asked={project} lines={8} />
  if (!members.data) return <Awaited asked={members} lines={8} />
  return (
    <Page title={project.data.name} below={<ProjectTabs project={project.data} />}>
      <Section title={t('members')}>
        <ul className={styles.members}>
          {members.data.map((member) => (
            <MemberLine key={member.userId} member={member} project={project.data} />
          ))}
        </ul>
      </Section>
      {project.data.role === 'owner' && <AddMember projectId={id} />}
    </Page>
  )
}

const saveMember = (projectId: string, { userId, role }: { userId: string; role: Role }) =>
  answer(
    api.PUT('/api/v1/projects/{id}/members/{userId}', {
      params: { path: { id: projectId, userId } },
      body: { role },
    }),
  )

function useSave(projectId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (member: { userId: string; role: Role }) => saveMember(projectId, member),
    onSuccess: () => client.invalidateQueries({ queryKey: ['projects', projectId] }),
  })
}

function MemberLine({ member, project }: { member: Member; project: Project }) {
  const t = useProjectText()
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()
  const save = useSave(project.id)
  const isMe = member.userId === me.id
  const isOwner = project.role === 'owner'
  const remove = useMutation({
    mutationFn: () =>
      api.DELETE('/api/v1/projects/{id}/members/{userId}', {
        params: { path: { id: project.id, userId: member.userId } },
      }),
    onSuccess: async () => {
      toast(
        t('removed', { name: isMe ? me.name : t('aMember') }),
        isMe ? undefined : { label: t('undo'), run: () => save.mutateAsync(member) },
      )
      if (isMe) navigate('/projects')
      await client.invalidateQueries({ queryKey: ['projects', isMe ? 'all' : project.id] })
    },
  })
  // Of leaving it is told where that was asked.
  const error = save.error ?? (isMe ? null : remove.error)
  return (
    <li>
      <span className={styles.memberName}>
        <PersonName id={member.userId} />
        <span className={styles.quiet}>
          {t('added')} <Time at={member.addedAt} />
        </span>
      </span>
      <SelectField
        label={t('roleOf')}
        value={member.role}
        disabled={!isOwner || save.isPending}
        options={roles.map((value) => ({ value, label: t(value) }))}
        onChange={({ target }) => save.mutate({ userId: member.userId, role: roleOf(target.value) })}
      />
      {isMe && (
        <ConfirmButton label={t('leave')} title={project.name} act={() => remove.mutateAsync()}>
          {t('leaveEffect')}
        </ConfirmButton>
      )}
      {isOwner && !isMe && (
        <Button kind="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          {t('remove')}
        </Button>
      )}
      {error && <ProblemNotice error={error} />}
    </li>
  )
}

function AddMember({ projectId }: { projectId: string }) {
  const t = useProjectText()
  const client = useQueryClient()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('reviewer')
  const add = useMutation({
    mutationFn: async () => {
      const person = await answer(api.POST('/api/v1/auth/names/by-email', { body: { email } }))
      await saveMember(projectId, { userId: person.id, role })
      return person
    },
    onSuccess: async ({ name }) => {
      setEmail('')
      toast(t('memberAdded', { name }))
      await client.invalidateQueries({ queryKey: ['projects', projectId] })
    },
  })
  return (
    <Section title={t('addMember')}>
      <form
        className={styles.add}
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <TextField
          label={t('personEmail')}
          hint={t('personEmailHint')}
          type="email"
          autoComplete="off"
          required
          value={email}
          onChange={({ target }) => setEmail(target.value)}
        />
        <SelectField
          label={t('roleOf')}
          value={role}
          options={roles.map((value) => ({ value, label: t(value) }))}
          onChange={({ target }) => setRole(roleOf(target.value))}
        />
        <Button kind="primary" type="submit" disabled={add.isPending}>
          {t('add')}
        </Button>
      </form>
      {add.error && <ProblemNotice error={add.error} />}
    </Section>
  )
}
