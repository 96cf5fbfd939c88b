export type DecodeErrorKind =
  /** The message ends before the field does. */
  | 'truncated'
  /** A nibble or character that has to be a digit is none. */
  | 'badDigit'
  /** A character that the attribute doesn't allow. */
  | 'badCharacter'
  /** A length prefix above the field's maximum. */
  | 'lengthExceeded'
  /** A bit is set that the dialect doesn't define. */
  | 'unknownField'
  /** Bytes remain after the last field. */
  | 'trailingBytes'

/** Why bytes are not a message. Nothing of the value is told. */
export interface DecodeError {
  readonly kind: DecodeErrorKind
  /** Bit number; 0 is the message type, 1 the bitmap. */
  readonly field: number
  /** Byte, from 0, counted from the first byte of the message type. */
  readonly offset: number
  /** Declared length (`lengthExceeded`) or count of bytes left over (`trailingBytes`); else 0. */
  readonly size: number
}

/** One clear sentence, in English or Chinese. */
export function describeDecodeError(error: DecodeError, language: 'en' | 'zh' = 'en'): string {
  const { kind, field, offset, size } = error
  if (language === 'zh') {
    const place = `${fieldNameZh(field)}(第 ${offset} 字节)`
    switch (kind) {
      case 'truncated':
        return `报文在${place}处提前结束`
      case 'badDigit':
        return `${place}含有非数字`
      case 'badCharacter':
        return `${place}含有不允许的字符`
      case 'lengthExceeded':
        return `${place}长度 ${size} 超过最大值`
      case 'unknownField':
        return `位图声明了本方言没有的${place}`
      case 'trailingBytes':
        return `最后一个域之后还有 ${size} 个字节(第 ${offset} 字节起)`
    }
  }
  const place = `${fieldName(field)} at byte ${offset}`
  switch (kind) {
    case 'truncated':
      return `the message ends inside ${place}`
    case 'badDigit':
      return `${place} holds something that is no digit`
    case 'badCharacter':
      return `${place} holds a character that is not allowed there`
    case 'lengthExceeded':
      return `${place} declares a length of ${size}, more than its maximum`
    case 'unknownField':
      return `the bitmap announces ${place}, which the dialect does not have`
    case 'trailingBytes':
      return `${size} bytes are left after the last field, from byte ${offset}`
  }
}

function fieldName(field: number): string {
  return field === 0 ? 'the message type' : field === 1 ? 'the bitmap' : `field ${field}`
}

function fieldNameZh(field: number): string {
  return field === 0 ? '报文类型' : field === 1 ? '位图' : `第 ${field} 域`
}

export type EncodeErrorKind =
  | 'badMti'
  | 'badDigit'
  | 'badCharacter'
  /** Longer than the field, or not exactly as long where a field of digits or bytes is fixed. */
  | 'badLength'
  /** Text where bytes belong, or bytes where text belongs. */
  | 'badType'
  | 'unknownField'
  /** The target is too small. */
  | 'overflow'

/** Why a message can't be written. Nothing of the value is told. */
export interface EncodeError {
  readonly kind: EncodeErrorKind
  readonly field: number
  /** Size of the value given, for `badLength`; else 0. */
  readonly size: number
}
