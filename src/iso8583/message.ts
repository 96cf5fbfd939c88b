/**
 * One value of a data element. Text for every attribute but `b`: digits as digits, track data with `D` or `=`
 * as the dialect writes it, `ans` one character a byte (U+0000 to U+00FF; GB18030 text is decoded by who
 * shows it). Bytes for `b`.
 */
export type FieldValue = string | Uint8Array

/**
 * Values by bit number, 2 to 128; bit 1 is the secondary bitmap and never a value. A decoded message has a
 * slot for each bit: an absent field is one whose value is undefined, not one whose key is missing.
 */
export type Fields = { [bit: number]: FieldValue | undefined }

export interface Message {
  /** Message type indicator, four digits. */
  readonly mti: string
  readonly fields: Fields
}
