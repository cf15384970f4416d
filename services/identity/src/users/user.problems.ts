import { conflict, type Problem } from '@alta/kit/errors'

export const emailTaken = (): Problem =>
  conflict('email_taken', 'There is an account with this e-mail address already.')
