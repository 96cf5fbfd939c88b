/** Names of message types, by their first three digits and origin 0. Source: ISO 8583:1987, 4.1; UnionPay dialect, 4. */
const MESSAGE_TYPES: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  '0100': ['authorisation request', '授权请求'],
  '0110': ['authorisation response', '授权应答'],
  '0120': ['authorisation advice', '授权通知'],
  '0130': ['authorisation advice response', '授权通知应答'],
  '0200': ['financial request', '金融请求'],
  '0210': ['financial response', '金融应答'],
  '0220': ['financial advice', '金融通知'],
  '0230': ['financial advice response', '金融通知应答'],
  '0320': ['batch upload', '批上送'],
  '0330': ['batch upload response', '批上送应答'],
  '0400': ['reversal request', '冲正请求'],
  '0410': ['reversal response', '冲正应答'],
  '0420': ['reversal advice', '冲正通知'],
  '0430': ['reversal advice response', '冲正通知应答'],
  '0500': ['settlement request', '批结算请求'],
  '0510': ['settlement response', '批结算应答'],
  '0620': ['script result notice', '脚本处理结果通知'],
  '0630': ['script result notice response', '脚本处理结果通知应答'],
  '0800': ['network management request', '网络管理请求'],
  '0810': ['network management response', '网络管理应答'],
  '0820': ['network management notice', '网络管理通知'],
  '0830': ['network management notice response', '网络管理通知应答'],
  '0920': ['signature upload', '电子签名上送'],
  '0930': ['signature upload response', '电子签名上送应答'],
}

/** The type in words; `message` for one that no table here names. */
export function messageTypeName(mti: string, language: 'en' | 'zh'): string {
  const [en, zh] = MESSAGE_TYPES[mti] ?? ['message', '报文']
  return language === 'zh' ? zh : en
}
