import { EstateRefusal, type EstateRefusalKind } from '../estate/estate-refusal.ts'
import { SecurityModuleError } from '../security-module/security-module-error.ts'
import { ConsoleProblem } from './console-problem.ts'

const STATUSES: { readonly [kind in EstateRefusalKind]: number } = {
  notFound: 404,
  changed: 409,
  notNow: 409,
  limit: 409,
  badInput: 400,
  codeWrong: 403,
  codeExpired: 410,
  codeUsed: 410,
  codeLocked: 423,
  certificate: 403,
  replayed: 409,
}

/** Does `act`; what the estate refuses is answered as a problem of the console. @throws {ConsoleProblem} */
export function asked<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (error instanceof EstateRefusal) {
      const { kind, zh, en, present } = error
      const name = kind === 'changed' ? 'changedMeanwhile' : kind
      const detail =
        kind === 'changed' ? { present } : present === undefined ? undefined : { faults: present }
      throw new ConsoleProblem(STATUSES[kind], name, { zh, en }, detail)
    }
    // Nobody has certified this host yet, or its files were exchanged: for whoever runs it.
    if (error instanceof SecurityModuleError) {
      throw new ConsoleProblem(503, 'securityModule', {
        zh: `主机的密钥功能尚不可用：${error.message}。`,
        en: `The host can't do this with its keys: ${error.message}.`,
      })
    }
    throw error
  }
}
