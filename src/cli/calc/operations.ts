import { APDU_TRACE } from './calc-apdu-trace.ts'
import { ATR } from './calc-atr.ts'
import { AES, AES_CMAC, KEY_CHECK_VALUE, MAC_X9_9, MAC_X9_19, SM4, TDES, TDES_CMAC } from './calc-ciphers.ts'
import { DUKPT_AES, DUKPT_TDES } from './calc-dukpt.ts'
import { CA_KEY, OFFLINE_DATA_AUTHENTICATION } from './calc-emv-card.ts'
import { EMV_CRYPTOGRAM } from './calc-emv-cryptogram.ts'
import { EMV_ARPC, EMV_KEYS, EMV_SCRIPT } from './calc-emv-keys.ts'
import { ESC_POS, ESC_POS_STATUS } from './calc-escpos.ts'
import { KEY_BLOCK } from './calc-key-block.ts'
import { SERIAL, TEXT, TRACK } from './calc-lines.ts'
import { CUP_MESSAGE, ISO8583_ASCII } from './calc-message.ts'
import { PIN_BLOCK } from './calc-pin-block.ts'
import { STATUS_WORD } from './calc-status-word.ts'
import { DOL, TLV } from './calc-tlv.ts'
import { CUP_KEYS, CUP_MAC_ECB, CUP_MAC_VARIANTS, CUP_TRACK } from './calc-unionpay.ts'
import type { Operation } from './operation.ts'

/** Every calculation, in the order in which the help lists them. */
export const OPERATIONS: readonly Operation[] = [
  DUKPT_TDES,
  DUKPT_AES,
  PIN_BLOCK,
  KEY_CHECK_VALUE,
  KEY_BLOCK,
  MAC_X9_9,
  MAC_X9_19,
  AES_CMAC,
  TDES_CMAC,
  TDES,
  AES,
  SM4,
  CUP_KEYS,
  CUP_MAC_ECB,
  CUP_MAC_VARIANTS,
  CUP_TRACK,
  CUP_MESSAGE,
  ISO8583_ASCII,
  EMV_KEYS,
  EMV_CRYPTOGRAM,
  EMV_ARPC,
  EMV_SCRIPT,
  CA_KEY,
  OFFLINE_DATA_AUTHENTICATION,
  APDU_TRACE,
  TLV,
  DOL,
  STATUS_WORD,
  ATR,
  TRACK,
  SERIAL,
  TEXT,
  ESC_POS,
  ESC_POS_STATUS,
]
