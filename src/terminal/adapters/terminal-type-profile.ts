import {
  readTerminalType,
  readTerminalTypes,
  TerminalTypeError,
} from '../../../hardware/profiles/terminal-type.ts'
import type { TerminalType } from '../../../hardware/profiles/terminal-type-shape.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { TerminalProfile } from '../flows/terminal-profile.ts'

/** A type by its id, or by the path of a file of it. */
export function findTerminalType(name: string): Result<TerminalType, { readonly message: string }> {
  try {
    if (name.includes('/') || name.endsWith('.json')) return ok(readTerminalType(name))
    const types = readTerminalTypes()
    const type = types.get(name)
    if (type !== undefined) return ok(type)
    return err({ message: `there is no terminal type ${name}: ${[...types.keys()].join(', ')}, or a file` })
  } catch (error) {
    if (error instanceof TerminalTypeError) return err({ message: error.message })
    throw error
  }
}

/** The profile of a terminal of this type: what the type does not have is off. */
export function profileOfType(profile: TerminalProfile, { id, capabilities }: TerminalType): TerminalProfile {
  return {
    ...profile,
    terminalType: id,
    chipReader: profile.chipReader && capabilities.contact,
    stripeReader: profile.stripeReader && capabilities.stripe,
    // Off where no type is named, so the type alone says it.
    contactlessReader: capabilities.contactless,
    printerPresent: profile.printerPresent && capabilities.printer,
    batteryPresent: capabilities.battery,
    keyedAllowed: profile.keyedAllowed && capabilities.keyedEntry,
    codeScanner: profile.codeScanner && (capabilities.camera || capabilities.scanner),
    codeDisplay: profile.codeDisplay && capabilities.qrDisplay,
    signaturePad: profile.signaturePad && capabilities.signatureScreen,
  }
}
