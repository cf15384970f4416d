import { voiceApproved } from '@alta/contracts/events/voice-approved.v1'
import { voiceDeleted } from '@alta/contracts/events/voice-deleted.v1'
import { voicePurged } from '@alta/contracts/events/voice-purged.v1'
import { voiceRejected } from '@alta/contracts/events/voice-rejected.v1'
import { voiceRestored } from '@alta/contracts/events/voice-restored.v1'
import { voiceTranscriptionRequested } from '@alta/contracts/events/voice-transcription-requested.v1'
import { voiceUploaded } from '@alta/contracts/events/voice-uploaded.v1'
import type { Announcements } from '../intake/kind.ts'

export const voiceSampleEvents: Announcements = {
  uploaded: (emit, { id: voiceSampleId, projectId, version, sequence }, data) =>
    emit(voiceUploaded, { voiceSampleId, projectId, version, ...data }, { sequence }),
  readingRequested: (emit, { id: voiceSampleId, projectId, version, sequence }, data) =>
    emit(voiceTranscriptionRequested, { voiceSampleId, projectId, version, ...data }, { sequence }),
  approved: (emit, { id: voiceSampleId, projectId, version, sequence }, data) =>
    emit(voiceApproved, { voiceSampleId, projectId, version, ...data }, { sequence }),
  rejected: (emit, { id: voiceSampleId, projectId, version, sequence }, data) =>
    emit(voiceRejected, { voiceSampleId, projectId, version, ...data }, { sequence }),
  deleted: (emit, { id: voiceSampleId, projectId, sequence }) =>
    emit(voiceDeleted, { voiceSampleId, projectId }, { sequence }),
  restored: (emit, { id: voiceSampleId, projectId, version, sequence }, data) =>
    emit(voiceRestored, { voiceSampleId, projectId, version, ...data }, { sequence }),
  purged: (emit, { id: voiceSampleId, projectId, sequence }, data) =>
    emit(voicePurged, { voiceSampleId, projectId, ...data }, { sequence }),
}
