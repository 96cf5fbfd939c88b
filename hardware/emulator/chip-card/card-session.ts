import type { CryptogramContext } from '../../../src/emv/schemes.ts'
import type { ApplicationImage, ContactlessImage } from './card-image.ts'

/** `selected`, GPO done, first cryptogram was an ARQC, all done. Source: EMV Book 3, 6.4, application states. */
export type ApplicationPhase = 'selected' | 'initiated' | 'online' | 'done'

/** The volatile memory of one selected application; a reset or another SELECT clears it. */
export class CardSession {
  readonly application: ApplicationImage
  /** Set when it was selected in a reader's field. */
  readonly contactless: ContactlessImage | undefined
  phase: ApplicationPhase = 'selected'
  pdolData: Uint8Array = new Uint8Array(0)
  cdol1Data: Uint8Array = new Uint8Array(0)
  /** What the terminal told in PDOL, CDOL1 and CDOL2, by tag; later values replace earlier ones. */
  readonly told = new Map<string, Uint8Array>()
  issuerAuthentication: 'notDone' | 'right' | 'wrong' = 'notDone'
  /** The ARQC and what its session key came from. */
  request: { readonly cryptogram: Uint8Array; readonly context: CryptogramContext } | undefined
  /** MAC of the script command before, for schemes that chain. */
  scriptMac: Uint8Array | undefined
  offlinePin: 'notDone' | 'right' | 'wrong' = 'notDone'
  signedDynamically = false
  /** Scripts of this transaction. */
  scriptCount = 0
  scriptFailed = false

  constructor(application: ApplicationImage, contactless?: ContactlessImage) {
    this.application = application
    this.contactless = contactless
  }
}
