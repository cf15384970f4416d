import { z } from 'zod'

export const mailToken = z.string().min(1).max(200).describe('As the mail has it.')
