import type { RefusalWords } from './words.ts'

/** Signing in, one's account, and other people's accounts and programs. */
export const ofAccounts: RefusalWords = {
  invalid_credentials: 'L’adresse électronique ou le mot de passe est incorrect.',
  invalid_challenge: 'Cette connexion a pris trop de temps. Recommencez avec votre mot de passe.',
  invalid_refresh_token: 'Votre session n’est plus valable. Reconnectez-vous.',
  account_disabled: 'Ce compte est désactivé. Adressez-vous aux responsables de la plateforme.',
  too_busy: 'Trop de personnes se connectent en ce moment. Réessayez dans quelques secondes.',
  invalid_token: 'Ce lien ou ce code n’est plus valable. Demandez un nouveau courriel.',
  too_many_mails:
    'Trois de ces courriels ont été envoyés en une heure. Cherchez-les d’abord dans votre boîte.',
  email_taken: 'Un compte existe déjà avec cette adresse électronique.',

  wrong_password: 'Le mot de passe actuel n’est pas celui-là.',
  password_changed_meanwhile: 'Le mot de passe vient d’être changé par une autre demande.',
  code_required: 'Ce compte a un second facteur : saisissez aussi son code.',
  wrong_code: 'Ce code est incorrect, périmé ou déjà utilisé.',
  no_enrolment: 'La mise en place de l’application n’a pas commencé. Reprenez-la au début.',
  totp_enabled: 'Une application est déjà en place ; retirez-la d’abord.',
  totp_not_enabled: 'Aucune application n’est en place.',
  session_not_found: 'Cette session n’existe pas, ou a pris fin.',
  api_key_not_found: 'Cette clé n’existe pas, ou a pris fin.',
  too_many_keys: 'Ce compte a atteint le nombre maximal de clés. Révoquez-en une d’abord.',
  scope_too_wide: 'Une clé ne peut pas donner plus de droits que n’en ont son compte ou vous-même.',
  grant_not_found: 'Vous n’avez donné aucun accès à cette application.',

  user_not_found: 'Cette personne n’existe pas.',
  own_account: 'C’est votre propre compte ; quelqu’un d’autre doit s’en charger.',
  service_account_not_found: 'Ce compte de service n’existe pas, ou est désactivé.',
  tenant_not_found: 'Cette organisation n’existe pas.',
  platform_tenant: 'Cette organisation exploite la plateforme ; elle ne peut pas être désactivée.',
  client_not_found: 'Cette application n’existe pas.',
  rotation_under_way: 'La prochaine clé est déjà annoncée, et signera bientôt.',
}
