import { readTerminalTypes } from '../../../hardware/profiles/terminal-type.ts'
import type { TerminalType } from '../../../hardware/profiles/terminal-type-shape.ts'
import type { TerminalRow } from '../core/records.ts'
import type { HostStore } from '../core/store-port.ts'
import type { AuditLog } from '../office/audit-log.ts'
import type { OfficeDatabase } from '../office/office-database.ts'
import { KeyDistribution } from '../security-module/key-distribution.ts'
import type { CaKey } from '../security-module/personalisation.ts'
import type { SoftwareSecurityModule } from '../security-module/software-security-module.ts'
import { AcceptanceBook } from './acceptance-book.ts'
import { AcceptanceReports } from './acceptance-report.ts'
import { ActivationDesk } from './activation.ts'
import { ActivationCodes } from './activation-codes.ts'
import { Assignments } from './assignments.ts'
import { Commissioning } from './commissioning.ts'
import { DeviceStock } from './device-stock.ts'
import type { Estate } from './estate.ts'
import { migrateEstate } from './estate-schema.ts'
import { KeyCeremonies } from './key-ceremony.ts'
import { LastSeen } from './last-seen.ts'
import { type MerchantTier, readMerchantTiers } from './merchant-tiers.ts'
import { TerminalList } from './terminal-list.ts'
import { TrainingBook } from './training-book.ts'
import { WorkOrders } from './work-orders.ts'

/** Devices, terminals, jobs and keys in the field, as the back office handles them. */
export interface FieldEstate {
  readonly types: ReadonlyMap<string, TerminalType>
  readonly tiers: ReadonlyMap<string, MerchantTier>
  readonly stock: DeviceStock
  readonly terminals: TerminalList
  readonly lastSeen: LastSeen
  readonly assignments: Assignments
  readonly orders: WorkOrders
  readonly codes: ActivationCodes
  readonly ceremonies: KeyCeremonies
  readonly distribution: KeyDistribution
  readonly activation: ActivationDesk
  readonly commissioning: Commissioning
  readonly acceptance: AcceptanceBook
  readonly training: TrainingBook
}

export interface FieldEstateParts {
  /** Folder of the host: tiers and the host's signing key. */
  readonly directory: string
  readonly office: OfficeDatabase
  readonly audit: AuditLog
  readonly host: {
    readonly security: SoftwareSecurityModule
    readonly estate: Estate
    readonly store: Pick<HostStore, 'listTerminals' | 'listMerchants' | 'listTransactions'>
    readonly personalisation: { readonly caKeys: readonly CaKey[] }
  }
  readonly nowMs: () => number
}

/** @throws {EstateError | TerminalTypeError | SecurityModuleError | OfficeError} with one sentence that says what to do. */
export function openFieldEstate({ directory, office, audit, host, nowMs }: FieldEstateParts): FieldEstate {
  const { security, estate, store, personalisation } = host
  migrateEstate(office)
  const common = { office, audit, nowMs }
  const rowOf = (tid: string) => store.listTerminals().find((each) => each.tid === tid)
  const types = readTerminalTypes()
  const tiers = readMerchantTiers(directory)
  const terminals = new TerminalList(office)
  terminals.follow(store.listTerminals(), store.listMerchants())
  estate.onTerminal((row) => terminals.followOne(row, () => store.listMerchants()))
  const stock = new DeviceStock({ ...common, types })
  const assignments = new Assignments({ office, audit, stock, terminals, tiers, estate })
  const codes = new ActivationCodes({
    ...common,
    stock,
    tagOf: (data) => security.codeTag(data),
    isAwaited: (tid) => rowOf(tid)?.macKey === undefined,
  })
  const distribution = new KeyDistribution({ directory, security, nowMs })
  const acceptance = new AcceptanceBook({
    ...common,
    reports: new AcceptanceReports({ directory, security, nowMs }),
  })
  const training = new TrainingBook(office, nowMs)
  const forGoLive = { acceptance, training, stock, distribution, estate, store }
  const commissioning = new Commissioning({ ...common, ...forGoLive })
  return {
    types,
    tiers,
    stock,
    terminals,
    lastSeen: new LastSeen(office, terminals, nowMs),
    assignments,
    orders: new WorkOrders({ ...common, stock, terminals, assignments }),
    codes,
    ceremonies: new KeyCeremonies({
      ...common,
      terminals,
      security,
      estate,
      algorithmOf: (tid) => keyAlgorithm(rowOf(tid)),
    }),
    distribution,
    commissioning,
    acceptance,
    training,
    activation: new ActivationDesk({
      ...common,
      stock,
      terminals,
      codes,
      distribution,
      estate,
      caKeys: personalisation.caKeys,
      merchant: (mid) => store.listMerchants().find((each) => each.mid === mid),
    }),
  }
}

/** Of the master key; undefined for a terminal that works without keys. */
function keyAlgorithm(row: TerminalRow | undefined): 'sm4' | 'tdes2' | undefined {
  if (row?.profile.signInRequired !== true) return undefined
  return row.profile.workingKeys === 'sm4' ? 'sm4' : 'tdes2'
}
