interface Name {
  readonly zh: string
  readonly en: string
}

const KINDS: Readonly<Record<string, Name>> = {
  sale: { zh: '消费', en: 'Sale' },
  saleVoid: { zh: '消费撤销', en: 'Void' },
  refund: { zh: '退货', en: 'Refund' },
  balance: { zh: '余额查询', en: 'Balance' },
  preAuthorisation: { zh: '预授权', en: 'Pre-authorisation' },
  preAuthorisationAddition: { zh: '追加预授权', en: 'Added pre-authorisation' },
  preAuthorisationCancel: { zh: '预授权撤销', en: 'Pre-authorisation cancel' },
  completion: { zh: '预授权完成', en: 'Completion' },
  completionAdvice: { zh: '预授权完成通知', en: 'Completion advice' },
  completionVoid: { zh: '预授权完成撤销', en: 'Completion void' },
  offlineSale: { zh: '离线消费', en: 'Offline sale' },
  tipAdjustment: { zh: '小费调整', en: 'Tip adjustment' },
  reversalAlone: { zh: '无原交易的冲正', en: 'Reversal without original' },
  reversal: { zh: '冲正', en: 'Reversal' },
  signIn: { zh: '签到', en: 'Sign-in' },
  signOff: { zh: '签退', en: 'Sign-off' },
  echo: { zh: '回响测试', en: 'Echo' },
  download: { zh: '参数下载', en: 'Download' },
  statusUpload: { zh: '状态上送', en: 'Status upload' },
  qrOrder: { zh: '扫码订单', en: 'Order by code' },
  signature: { zh: '电子签名', en: 'Signature' },
  scriptResult: { zh: '脚本结果', en: 'Script result' },
  settlement: { zh: '批结算', en: 'Settlement' },
  batchUpload: { zh: '批上送', en: 'Batch upload' },
  batchEnd: { zh: '批上送结束', en: 'Batch end' },
  unsupported: { zh: '不支持的报文', en: 'Unsupported' },
  undecodable: { zh: '无法解析', en: 'Not decodable' },
}

const STATES: Readonly<Record<string, Name>> = {
  approved: { zh: '成功', en: 'Approved' },
  declined: { zh: '拒绝', en: 'Declined' },
  voided: { zh: '已撤销', en: 'Voided' },
  reversed: { zh: '已冲正', en: 'Reversed' },
  open: { zh: '进行中', en: 'Open' },
  settling: { zh: '结算中', en: 'Settling' },
  closed: { zh: '已结算', en: 'Closed' },
}

/** What a transaction or a message is, in words; its own name where nobody wrote one here. */
export function kindName(kind: string): Name {
  return KINDS[kind] ?? { zh: kind, en: kind }
}

export function stateName(state: string): Name {
  return STATES[state] ?? { zh: state, en: state }
}

/** All kinds of transaction, for a filter. */
export const TRANSACTION_KINDS: readonly string[] = Object.keys(KINDS).slice(0, 13)
