import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../../base/bytes.ts'
import {
  type PackageFault,
  type PackageManifest,
  packageContent,
  parsePackageHead,
} from '../../base/software-package.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import { packageServices } from '../security-module/package-services.ts'
import { writePrivateFile } from '../security-module/private-file.ts'
import { EstateRefusal, notThere } from './estate-refusal.ts'

/** A package that was taken in. */
export interface ShelvedPackage {
  /** SHA-256 of the file, hexadecimal. */
  readonly id: string
  readonly name: string
  readonly version: string
  readonly minimumVersion: string
  readonly terminalTypes: readonly string[]
  /** Bytes of the file. */
  readonly size: number
  /** Public key, hexadecimal: terminals must trust it. */
  readonly signer: string
  /** It leads back from this version. */
  readonly rollbackFrom: string | null
  readonly addedAtMs: number
  readonly addedBy: string
}

type Stored = Omit<ShelvedPackage, 'terminalTypes'> & { readonly terminalTypes: string }

const STEPS = [
  `CREATE TABLE software_packages (
     id TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, minimumVersion TEXT NOT NULL,
     terminalTypes TEXT NOT NULL, size INTEGER NOT NULL, signer TEXT NOT NULL, rollbackFrom TEXT,
     addedAtMs INTEGER NOT NULL, addedBy TEXT NOT NULL) STRICT;`,
]

const FAULTS: Readonly<Partial<Record<PackageFault, readonly [zh: string, en: string]>>> = {
  truncated: ['文件不完整：请重新上传', 'The file is cut short: upload it again'],
  signature: [
    '签名错误：请用 tillwire package sign 签名后再上传',
    'The signature is wrong or missing: sign it with tillwire package sign, then upload it',
  ],
  hash: ['内容与清单不符：请重新打包', 'The content is not what the manifest says: make the package again'],
}

/** Packages: files in the host's folder, what they are in the back office. */
export class PackageShelf {
  readonly #directory: string
  readonly #office: OfficeDatabase
  readonly #audit: AuditLog
  readonly #nowMs: () => number
  /** Files that were read: each is asked for in small parts. */
  readonly #files = new Map<string, Uint8Array>()

  constructor(parts: {
    /** Folder of the host. */
    readonly directory: string
    readonly office: OfficeDatabase
    readonly audit: AuditLog
    readonly nowMs: () => number
  }) {
    this.#directory = join(parts.directory, 'packages')
    this.#office = parts.office
    this.#audit = parts.audit
    this.#nowMs = parts.nowMs
    parts.office.migrate('software', STEPS)
  }

  /** Takes in a signed package; twice is once. @throws {EstateRefusal} when it is not whole or not signed. */
  add(actor: string, bytes: Uint8Array): ShelvedPackage {
    const manifest = readManifest(bytes)
    const id = toHex(packageServices.sha256(bytes))
    const known = this.find(id)
    if (known !== undefined) return known
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    // The file is there before anything names it.
    writePrivateFile(this.#path(id), bytes)
    this.#office.transaction(() => {
      this.#office.db
        .prepare(
          `INSERT INTO software_packages VALUES (:id, :name, :version, :minimumVersion, :terminalTypes, :size, :signer,
             :rollbackFrom, :addedAtMs, :addedBy)`,
        )
        .run({
          id,
          name: manifest.name,
          version: manifest.version,
          minimumVersion: manifest.minimumVersion,
          terminalTypes: JSON.stringify(manifest.terminalTypes),
          size: bytes.length,
          signer: manifest.signer,
          rollbackFrom: manifest.rollbackFrom ?? null,
          addedAtMs: this.#nowMs(),
          addedBy: actor,
        })
      const { name, version, signer } = manifest
      this.#audit.append({
        actor,
        action: 'software.packageAdded',
        subject: id.slice(0, 16),
        detail: { name, version, signer },
      })
    })
    return this.get(id)
  }

  /** Newest first. */
  list(): readonly ShelvedPackage[] {
    return this.#office.db
      .prepare<[], Stored>('SELECT * FROM software_packages ORDER BY addedAtMs DESC, id')
      .all()
      .map(readStored)
  }

  find(id: string): ShelvedPackage | undefined {
    const stored = this.#office.db
      .prepare<[string], Stored>('SELECT * FROM software_packages WHERE id = ?')
      .get(id)
    return stored === undefined ? undefined : readStored(stored)
  }

  /** @throws {EstateRefusal} */
  get(id: string): ShelvedPackage {
    const found = this.find(id)
    if (found === undefined) throw notThere('此软件包', 'software package of this id')
    return found
  }

  /** The file; undefined when it is gone or is no longer what it was. */
  file(id: string): Uint8Array | undefined {
    const known = this.#files.get(id)
    if (known !== undefined) return known
    if (!existsSync(this.#path(id))) return undefined
    const bytes = new Uint8Array(readFileSync(this.#path(id)))
    if (toHex(packageServices.sha256(bytes)) !== id) return undefined
    this.#files.set(id, bytes)
    return bytes
  }

  #path(id: string): string {
    return join(this.#directory, `${id}.twpk`)
  }
}

/** The host trusts whoever signed it so far as to keep it: whom to obey is each terminal's own affair. */
function readManifest(bytes: Uint8Array): PackageManifest {
  const head = parsePackageHead(bytes)
  const whole = head.ok ? packageContent(bytes, [head.value.manifest.signer], packageServices) : head
  if (whole.ok) return whole.value.manifest
  const [zh, en] = FAULTS[whole.error] ?? [
    '这不是软件包：请检查文件',
    'This is no software package: check the file',
  ]
  throw new EstateRefusal('badInput', { zh: `${zh}。`, en: `${en}.` })
}

function readStored({ terminalTypes, ...rest }: Stored): ShelvedPackage {
  return { ...rest, terminalTypes: JSON.parse(terminalTypes) as string[] }
}
