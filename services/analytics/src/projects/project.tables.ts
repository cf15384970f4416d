export interface ProjectTables {
  projects: {
    project_id: string
    tenant_id: string
    name: string
    /** Version of the project that the name is of. */
    sequence: number
    deleted_at: Date | null
  }
  members: {
    user_id: string
    project_id: string
    tenant_id: string
    sequence: number
    removed_at: Date | null
  }
}
