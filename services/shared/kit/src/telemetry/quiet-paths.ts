/** What is asked all the time and tells nothing. */
export const quietPaths = /^\/(health|metrics|healthz|v1\.0\/healthz)/
