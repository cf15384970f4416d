import { textOf } from '../text/text.ts'

export const useSessionText = textOf('session', {
  signIn: ['Sign in', 'Se connecter'],
  email: ['E-mail address', 'Adresse électronique'],
  password: ['Password', 'Mot de passe'],
  forgotten: ['Password forgotten?', 'Mot de passe oublié ?'],
  codeTitle: ['Second factor', 'Second facteur'],
  code: ['Code of your app, or a recovery code', 'Code de votre application, ou code de secours'],
  goOn: ['Go on', 'Continuer'],
  register: ['Create an account', 'Créer un compte'],
  name: ['Name', 'Nom'],
  newPasswordHint: [
    'Eight characters or more; a few words are easier to keep than signs.',
    'Huit caractères au moins ; quelques mots se retiennent mieux que des signes.',
  ],
  haveAccount: ['I have an account', 'J’ai déjà un compte'],
  unconfirmed: [
    'Your address {{email}} is not confirmed yet. Open the link in the mail that was sent there.',
    'Votre adresse {{email}} n’est pas encore confirmée. Ouvrez le lien du courriel envoyé.',
  ],
  sendAgain: ['Send again', 'Renvoyer'],
  sentAgain: ['A new mail is on its way.', 'Un nouveau courriel est en route.'],
  back: ['Back', 'Retour'],
})
