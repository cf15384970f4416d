import type { FileStorage } from './storage.ts'

export declare function localDisk(directory: string): FileStorage
