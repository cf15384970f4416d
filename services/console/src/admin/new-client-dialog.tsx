import type { Permission } from '@alta/kit/auth/permissions'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { answer, api } from '../api/api.ts'
import { useWords } from '../permissions/text.ts'
import { useCountingPermissions } from '../session/session.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Checkbox, SelectField, TextArea, TextField } from '../ui/field.tsx'
import list from '../ui/list.module.css'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { useAdminText } from './text.ts'

const kinds = ['web', 'browser', 'native'] as const

/** Registers an application for people; its secret, where it has one, is shown once. */
export function NewClientDialog({ onCreated, onClose }: { onCreated: () => unknown; onClose: () => void }) {
  const general = useGeneralText()
  const t = useAdminText()
  const words = useWords()
  const permissions = useCountingPermissions()
  const [name, setName] = useState('')
  const [kind, setKind] = useState<(typeof kinds)[number]>('web')
  const [redirects, setRedirects] = useState('')
  const [scopes, setScopes] = useState<readonly Permission[]>([])
  const made = useMutation({
    mutationFn: () =>
      answer(
        api.POST('/api/v1/auth/clients', {
          body: { name, kind, redirectUris: redirects.split(/\s+/).filter(Boolean), scopes: [...scopes] },
        }),
      ),
    onSuccess: onCreated,
    // The secret is forgotten with this dialogue.
    gcTime: 0,
  })
  if (made.data) {
    const { id, secret } = made.data
    return (
      <Dialog title={made.data.name} onClose={onClose}>
        <p>{t('clientId')}</p>
        <div className={list.row}>
          <code className={list.secret}>{id}</code>
          <CopyButton text={id} />
        </div>
        {secret && (
          <>
            <Notice kind="warn">{t('secretOnce')}</Notice>
            <div className={list.row}>
              <code className={list.secret}>{secret}</code>
              <CopyButton text={secret} />
            </div>
          </>
        )}
        <DialogActions>
          <Button kind="primary" onClick={onClose}>
            {general('close')}
          </Button>
        </DialogActions>
      </Dialog>
    )
  }
  return (
    <Dialog title={t('newClient')} onClose={onClose}>
      <form
        className={list.form}
        onSubmit={(event) => {
          event.preventDefault()
          made.mutate()
        }}
      >
        <TextField
          label={t('name')}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label={t('kind')}
          value={kind}
          options={kinds.map((value) => ({ value, label: t(value) }))}
          onChange={({ target }) => setKind(kinds.find((each) => each === target.value) ?? 'web')}
        />
        <TextArea
          label={t('redirects')}
          required
          rows={2}
          value={redirects}
          onChange={(event) => setRedirects(event.target.value)}
        />
        <fieldset className={list.choices}>
          <legend>{t('scopes')}</legend>
          {permissions.map((each) => (
            <Checkbox
              key={each}
              label={words.permission(each)}
              checked={scopes.includes(each)}
              onChange={({ target }) =>
                setScopes(target.checked ? [...scopes, each] : scopes.filter((one) => one !== each))
              }
            />
          ))}
        </fieldset>
        {made.error && <ProblemNotice error={made.error} />}
        <DialogActions>
          <Button onClick={onClose}>{general('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={made.isPending}>
            {t('newClient')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
