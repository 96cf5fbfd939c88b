import { z } from 'zod'
import { fromHex, isHex } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { decodeTlvs } from '../../emv/ber-tlv.ts'
import { PACKAGE_KEEPS, type PackageContent } from '../flows/package-content.ts'
import { SCREEN_TEXTS } from '../flows/screen-texts.ts'
import { profileMembers } from './profile-file.ts'

const KEPT: readonly string[] = PACKAGE_KEEPS
const members = Object.fromEntries(Object.entries(profileMembers).filter(([name]) => !KEPT.includes(name)))

const PROFILE = z.strictObject(members).partial()
const WORDS = z.tuple([z.string().min(1).max(120), z.string().min(1).max(120)])
const TEXTS = z
  .record(z.string(), WORDS)
  .refine((texts) => Object.keys(texts).every((id) => id in SCREEN_TEXTS), 'expected ids of screens')
const TLV = z
  .string()
  .refine((hex) => isHex(hex) && decodeTlvs(fromHex(hex)).ok, 'expected TLV objects in hexadecimal')

const CONTENT = z.strictObject({
  profile: PROFILE.default({}),
  texts: TEXTS.default({}),
  caKeys: z.array(TLV).default([]),
  applications: z.array(TLV).default([]),
})

/** What a package brings, from its JSON; why it can't be used otherwise, in one line. */
export function parsePackageContent(json: string): Result<PackageContent, { readonly message: string }> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return err({ message: 'the content is not JSON: check its commas, quotes and brackets' })
  }
  const parsed = CONTENT.safeParse(value)
  if (parsed.success) return ok(parsed.data as PackageContent)
  const faults = parsed.error.issues.map((issue) => {
    const path = issue.path.map(String).join('.')
    return path === '' ? issue.message : `${path}: ${issue.message}`
  })
  return err({ message: faults.join('; ') })
}

/** As `parsePackageContent`, of UTF-8 bytes. */
export function decodePackageContent(content: Uint8Array): PackageContent | undefined {
  const parsed = parsePackageContent(new TextDecoder().decode(content))
  return parsed.ok ? parsed.value : undefined
}
