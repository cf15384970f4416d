import { counted, numberIn, type RefusalWords, textIn } from './words.ts'

/** Claiming, correcting and deciding. */
export const ofReviews: RefusalWords = {
  review_not_found: 'Cette relecture n’existe pas, ou vous n’y avez pas accès.',
  review_already_claimed: 'Quelqu’un d’autre travaille sur cette pièce.',
  review_not_claimed: 'Prenez d’abord cette pièce.',
  claim_expired: 'Votre prise a expiré. Prenez la pièce à nouveau.',
  too_many_claims: (refusal) => {
    const claims = numberIn(refusal, 'claims')
    const held =
      claims === undefined ? 'Vous avez déjà trop de pièces' : `Vous avez ${counted(claims, 'pièce')}`
    return `${held} en cours. Tranchez-en quelques-unes, ou libérez-les.`
  },
  review_being_decided: 'Une autre décision sur cette pièce est en train d’être enregistrée. Réessayez.',
  review_changed: 'Le texte a changé entre-temps. Affichez la pièce de nouveau.',
  review_superseded: 'Une lecture plus récente a remplacé celle-ci.',
  review_closed: 'La pièce qui était à relire a été supprimée.',
  review_done: 'La décision est déjà prise. Annulez-la pour changer la pièce.',
  own_correction: 'La dernière décision sur cette pièce est la vôtre ; c’est à quelqu’un d’autre de relire.',
  not_your_verdict: 'Seul l’auteur de la dernière décision, ou un propriétaire du projet, peut l’annuler.',
  nothing_to_undo: 'Personne n’a encore pris de décision sur cette pièce.',
  undo_expired: 'Il est trop tard pour annuler cette décision.',
  too_many_verdicts: (refusal) => {
    const most = numberIn(refusal, 'most')
    return most === undefined
      ? 'Cette pièce a déjà trop de décisions. Tenez-vous-en à la dernière.'
      : `Cette pièce a atteint ${counted(most, 'décision')}, le maximum. Tenez-vous-en à la dernière.`
  },
  correction_mismatch: (refusal) => {
    const current = textIn(refusal, 'current')
    const now = current === undefined ? '' : ` : il y est écrit « ${current} »`
    return `Un mot que vous avez corrigé a changé entre-temps${now}. Affichez la pièce de nouveau.`
  },
  duplicate_correction: 'Un mot est corrigé deux fois.',
  too_many_words: (refusal) => {
    const most = numberIn(refusal, 'most')
    return most === undefined
      ? 'Ce texte a trop de mots.'
      : `Ce texte a trop de mots : ${counted(most, 'mot')} au plus.`
  },
  text_too_long: (refusal) => {
    const most = numberIn(refusal, 'most')
    return most === undefined
      ? 'Ce texte est trop long.'
      : `Ce texte est trop long : ${counted(most, 'caractère')} au plus.`
  },
  too_much_to_compare:
    'Vos textes sont si longs que leur comparaison a pris trop de temps. Patientez avant de réessayer.',
}
