/** The six-byte header of the UnionPay POS dialect. Source: docs of the dialect, 1. */
export interface PosHeader {
  /** 60 magstripe payment, 61 IC payment, 62 magstripe value-added, 63 IC value-added. */
  readonly applicationClass: string
  readonly softwareMajorVersion: string
  /** 0 normal, 1 test. */
  readonly terminalStatus: string
  /** What the host asks the terminal to do after this transaction; 0 in requests. */
  readonly processingRequest: string
  readonly softwareMinorVersion: string
}

/** Meaning of the processing request digit, in English and Chinese. */
export const PROCESSING_REQUESTS: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  '0': { en: 'none', zh: '无处理要求' },
  '1': { en: 'download terminal parameters', zh: '下传终端磁条卡参数' },
  '2': { en: 'upload terminal status', zh: '上传终端磁条卡状态信息' },
  '3': { en: 'sign in again', zh: '重新签到' },
  '4': { en: 'update CA public keys', zh: '通知终端发起更新公钥信息操作' },
  '5': { en: 'download IC card parameters', zh: '下载终端IC卡参数' },
  '6': { en: 'TMS parameter download', zh: 'TMS参数下载' },
  '7': { en: 'download the card BIN blacklist', zh: '卡BIN黑名单下载' },
  '8': { en: 'download exchange rates', zh: '币种汇率下载' },
  '9': { en: 'download contactless parameters', zh: '非接业务参数下载' },
}

/** Meaning of the application class, in English and Chinese. */
export const APPLICATION_CLASSES: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  '60': { en: 'magstripe payment', zh: '磁条卡金融支付类' },
  '61': { en: 'IC card payment', zh: 'IC卡金融支付类' },
  '62': { en: 'magstripe value-added', zh: '磁条卡增值服务类' },
  '63': { en: 'IC card value-added', zh: 'IC卡增值服务类' },
}

/** Parts of a header of 12 digits; undefined for any other text. */
export function parsePosHeader(header: string): PosHeader | undefined {
  if (!/^[0-9A-Fa-f]{12}$/.test(header)) return undefined
  return {
    applicationClass: header.slice(0, 2),
    softwareMajorVersion: header.slice(2, 4),
    terminalStatus: header.slice(4, 5),
    processingRequest: header.slice(5, 6),
    softwareMinorVersion: header.slice(6, 12),
  }
}

export function formatPosHeader(header: PosHeader): string {
  return (
    header.applicationClass +
    header.softwareMajorVersion +
    header.terminalStatus +
    header.processingRequest +
    header.softwareMinorVersion
  )
}
