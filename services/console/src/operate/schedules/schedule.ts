import type { AnswerTo } from '../../api/api.ts'

export type Schedule = AnswerTo<'/api/v1/schedules/{id}', 'get'>
export type Run = AnswerTo<'/api/v1/schedules/{id}/runs', 'get'>['items'][number]
