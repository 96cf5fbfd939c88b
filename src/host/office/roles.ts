/** What somebody may do at the console. A person has one role or more. */
export const ROLES = [
  'technician',
  'support',
  'clerk',
  'reviewer',
  'finance',
  'administrator',
  'auditor',
] as const
export type Role = (typeof ROLES)[number]

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text)
}
