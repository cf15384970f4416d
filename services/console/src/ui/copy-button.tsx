import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { useGeneralText } from '../text/general.ts'
import { IconButton } from './button.tsx'
import { toast } from './toasts.tsx'

export function CopyButton({ text }: { text: string }) {
  const t = useGeneralText()
  const [isDone, setDone] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      // Not there over plain http from another machine, or forbidden: what is to be copied stands beside.
      toast(t('notCopied'))
      return
    }
    setDone(true)
    setTimeout(() => setDone(false), 2_000)
  }
  return (
    <IconButton label={isDone ? t('copied') : t('copy')} onClick={copy}>
      {isDone ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
    </IconButton>
  )
}
