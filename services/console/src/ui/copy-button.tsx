import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { useGeneralText } from '../text/general.ts'
import { IconButton } from './button.tsx'

export function CopyButton({ text }: { text: string }) {
  const t = useGeneralText()
  const [isDone, setDone] = useState(false)
  return (
    <IconButton
      label={isDone ? t('copied') : t('copy')}
      onClick={async () => {
        await navigator.clipboard.writeText(text)
        setDone(true)
        setTimeout(() => setDone(false), 2_000)
      }}
    >
      {isDone ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
    </IconButton>
  )
}
