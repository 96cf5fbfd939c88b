import type { SignatureImage } from '../../iso8583/subfields/signature-image.ts'

export type Language = 'zh' | 'en'

/** What the operator sees. The text stands in `screen-texts.ts`, in both languages, by `id`. */
export interface Screen {
  readonly id: string
  /** Values that the text shows. Never a full PAN, a track, a PIN or a key. */
  readonly values?: { readonly [name: string]: string | number }
  /** In place of the built-in text: from a software package. */
  readonly words?: readonly [zh: string, en: string]
  /** No money moves: the screen says so. */
  readonly training?: true
}

/** What the operator is asked. */
export type Question =
  | { readonly kind: 'confirm'; readonly screen: Screen }
  | {
      readonly kind: 'choose'
      readonly screen: Screen
      readonly options: readonly { readonly id: string; readonly screen: Screen }[]
      /** No answer is set beforehand: somebody has to choose. */
      readonly isNeutral?: true
    }
  | {
      readonly kind: 'enter'
      readonly screen: Screen
      /** `secret`: shown as stars and never logged (passwords). `pan` is logged truncated. */
      readonly input: 'digits' | 'amount' | 'text' | 'secret' | 'pan'
      readonly lengthMin: number
      readonly lengthMax: number
    }
  /** The customer signs on the screen; sizes in dots. */
  | { readonly kind: 'sign'; readonly screen: Screen; readonly widthMax: number; readonly heightMax: number }

export type QuestionAnswer =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'chosen'; readonly id: string }
  | { readonly kind: 'entered'; readonly text: string }
  | { readonly kind: 'signed'; readonly image: SignatureImage }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timeout' }
