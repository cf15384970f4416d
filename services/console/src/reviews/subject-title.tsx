import { type Subject, useTitle } from './use-subject.ts'

/** What the file of a review is called. */
export const SubjectTitle = (subject: Subject) => <>{useTitle(subject) ?? '…'}</>
