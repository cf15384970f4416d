import type { Permission } from '@alta/kit/auth/permissions'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Schema } from '../api/api.ts'
import { useProfileText } from '../profile/text.ts'
import { useGeneralText } from '../text/general.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Checkbox, TextField } from '../ui/field.tsx'
import list from '../ui/list.module.css'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { useWords } from './text.ts'

export interface NewKey {
  name: string
  scope: Permission[]
  expiresInDays: number
}

/** Makes a key and shows it once. */
export function NewKeyDialog({
  grantable,
  create,
  onCreated,
  onClose,
}: {
  grantable: readonly Permission[]
  create: (key: NewKey) => Promise<Schema<'CreatedApiKey'>>
  onCreated: () => Promise<void>
  onClose: () => void
}) {
  const general = useGeneralText()
  const t = useProfileText()
  const words = useWords()
  const [name, setName] = useState('')
  const [days, setDays] = useState('90')
  const [scope, setScope] = useState<readonly Permission[]>([])
  const made = useMutation({
    mutationFn: () => create({ name, scope: [...scope], expiresInDays: Number(days) }),
    onSuccess: onCreated,
    // The key is forgotten with this dialogue.
    gcTime: 0,
  })
  if (made.data) {
    return (
      <Dialog title={made.data.name} onClose={onClose}>
        <Notice kind="warn">{t('keyOnce')}</Notice>
        <div className={list.row}>
          <code className={list.secret}>{made.data.key}</code>
          <CopyButton text={made.data.key} />
        </div>
        <DialogActions>
          <Button kind="primary" onClick={onClose}>
            {general('close')}
          </Button>
        </DialogActions>
      </Dialog>
    )
  }
  return (
    <Dialog title={t('newKey')} onClose={onClose}>
      <form
        className={list.form}
        onSubmit={(event) => {
          event.preventDefault()
          made.mutate()
        }}
      >
        <TextField
          label={t('keyName')}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <fieldset className={list.choices}>
          <legend>{t('scopes')}</legend>
          {grantable.map((each) => (
            <Checkbox
              key={each}
              label={words.permission(each)}
              checked={scope.includes(each)}
              onChange={({ target }) =>
                setScope(target.checked ? [...scope, each] : scope.filter((one) => one !== each))
              }
            />
          ))}
        </fieldset>
        <TextField
          label={t('days')}
          type="number"
          min={1}
          max={365}
          required
          value={days}
          onChange={(event) => setDays(event.target.value)}
        />
        {made.error && <ProblemNotice error={made.error} />}
        <DialogActions>
          <Button onClick={onClose}>{general('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={made.isPending || scope.length === 0}>
            {t('create')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
