/** What a printer is asked to print, free of any printer language. Text is Unicode. */
export interface PrintDocument {
  readonly lines: readonly PrintLine[]
  /** Partial cut after the last line. */
  readonly cut: boolean
}

export type PrintLine =
  | {
      readonly kind: 'text'
      readonly text: string
      readonly align?: 'left' | 'centre' | 'right'
      readonly bold?: boolean
      /** 2 is double width and double height. */
      readonly size?: 1 | 2
    }
  /** Left and right at the two margins of one line; too long a pair takes two lines. */
  | { readonly kind: 'pair'; readonly left: string; readonly right: string; readonly bold?: boolean }
  /** A dashed line across the paper. */
  | { readonly kind: 'rule' }
  | { readonly kind: 'feed'; readonly lines: number }
  | { readonly kind: 'qr'; readonly data: string }
  /** `bits`: rows of `widthDots / 8` bytes, most significant bit left, 1 is black. */
  | {
      readonly kind: 'image'
      readonly widthDots: number
      readonly heightDots: number
      readonly bits: Uint8Array
    }

export type PrintOutcome =
  | { readonly kind: 'printed'; readonly paperNearEnd: boolean }
  | {
      readonly kind: 'notPrinted'
      readonly cause: 'paperEnd' | 'coverOpen' | 'offline' | 'missing' | 'fault'
      /** Lines of the document that are known to be on paper; 0 when nothing is known. */
      readonly linesPrinted: number
    }
