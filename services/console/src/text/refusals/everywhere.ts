import { sizeOf } from '../../items/size.ts'
import { counted, numberIn, type Refusal, type RefusalWords, textIn } from './words.ts'

/** What any request may meet. */
export const everywhere: RefusalWords = {
  // The console's own, where something on the way answered and not the platform.
  unexpected_answer: 'La réponse reçue ne vient pas de la plateforme. Réessayez dans un moment.',

  // Who asks
  unauthenticated: 'Vous n’êtes pas connecté, ou votre session a pris fin. Connectez-vous.',
  session_ended: 'Cette session a pris fin. Reconnectez-vous.',
  insufficient_user_authentication: (refusal) => {
    const seconds = numberIn(refusal, 'maxAge')
    return seconds === undefined
      ? 'Cette action demande de prouver à nouveau votre identité.'
      : `Cette action demande une preuve de votre identité qui date d’au plus ${counted(Math.ceil(seconds / 60), 'minute')}.`
  },
  forbidden: 'Vos droits ne permettent pas cette action.',
  not_delegable: 'Un programme ne peut pas le faire à votre place. Connectez-vous vous-même.',
  origin_not_allowed: 'La connexion n’est pas ouverte aux pages de cette adresse.',

  // What is asked
  validation_failed: ({ errors: { length } }) =>
    length === 0
      ? 'La saisie n’est pas valable.'
      : length === 1
        ? 'Un champ n’est pas valable.'
        : `${length} champs ne sont pas valables.`,
  invalid_cursor: 'La suite de cette liste n’existe plus. Reprenez la liste au début.',
  invalid_range: 'Le début de la période doit précéder sa fin.',
  invalid_json: 'La demande n’est pas lisible.',
  invalid_path: 'Cette adresse est mal formée.',
  bad_path: 'Cette adresse est mal formée.',
  bad_header: 'La demande comporte un en-tête illisible.',
  route_not_found: 'Il n’y a rien à cette adresse.',
  route_gone: 'Cette adresse n’est plus en service. Rechargez la page.',
  method_not_allowed: 'Cette action n’est pas possible ici.',
  precondition_failed: 'Quelqu’un l’a modifié depuis que vous l’avez affiché. Affichez-le de nouveau.',
  request_in_progress: 'La même demande est déjà en cours. Attendez sa fin.',
  idempotency_key_reused:
    'La clé de cette demande a déjà servi à une autre. Rechargez la page et recommencez.',
  invalid_idempotency_key: 'La clé qui accompagne la demande n’est pas valable. Rechargez la page.',

  // Files in a form, or alone
  payload_too_large: (refusal) => {
    const limit = numberIn(refusal, 'limit')
    return limit === undefined
      ? 'L’envoi est trop volumineux.'
      : `L’envoi est trop volumineux : la limite est de ${sizeOf(limit, 'fr')}.`
  },
  unsupported_media_type: 'D’après son contenu, ce fichier n’est d’aucun type accepté ici.',
  empty_file: 'Le fichier est vide.',
  field_too_large: 'Un champ du formulaire est trop long.',
  too_many_parts: 'Le formulaire comporte trop de champs ou de fichiers.',
  malformed_multipart: 'Le formulaire est arrivé incomplet. Recommencez l’envoi.',
  request_timeout: 'L’envoi a pris trop de temps. Recommencez.',

  // How much is asked
  rate_limited: 'Trop de demandes. Patientez avant de réessayer.',
  too_many_attempts: 'Trop d’essais infructueux. Patientez avant de réessayer.',
  too_many_connections: 'Trop de connexions sont ouvertes. Fermez d’abord un onglet.',

  // The platform itself
  internal_error:
    'Une erreur s’est produite de notre côté. Indiquez le numéro de la requête si vous la signalez.',
  unavailable: 'Ce n’est pas possible pour l’instant. Réessayez dans un moment.',
  gateway_busy: 'Trop de demandes sont en cours. Réessayez.',
  live_unavailable: 'La mise à jour en direct n’est pas possible pour l’instant.',
  circuit_open: (refusal) => `${serviceOf(refusal)} n’est pas sollicité pour l’instant.`,
  upstream_unavailable: (refusal) => `${serviceOf(refusal)} est injoignable.`,
  upstream_timeout: (refusal) => `${serviceOf(refusal)} n’a pas répondu à temps.`,
  upstream_failed: (refusal) => `${serviceOf(refusal)} a répondu par une erreur.`,
  bad_gateway: 'Un service n’a pas donné de réponse valable.',
  answer_not_changeable: 'La réponse d’un service n’a pas pu être mise en forme.',
}

const serviceOf = (refusal: Refusal): string => {
  const name = textIn(refusal, 'upstream')
  return name === undefined ? 'Un service nécessaire' : `Le service ${name}`
}
