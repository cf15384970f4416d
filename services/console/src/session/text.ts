import { textOf } from '../text/text.ts'

export const useSessionText = textOf('session', {
  signIn: ['Sign in', 'Se connecter'],
  email: ['E-mail address', 'Adresse électronique'],
  password: ['Password', 'Mot de passe'],
  forgotten: ['Password forgotten?', 'Mot de passe oublié ?'],
  codeTitle: ['Second factor', 'Second facteur'],
  code: ['Code of your app, or a recovery code', 'Code de votre application, ou code de secours'],
  goOn: ['Go on', 'Continuer'],
  back: ['Back', 'Retour'],
  wrong: ['E-mail address or password is wrong.', 'Adresse ou mot de passe incorrect.'],
})
