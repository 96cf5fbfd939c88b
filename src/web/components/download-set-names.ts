import type { DownloadSetName } from '../../host/console/api-types/software.ts'
import type { Text } from '../state/language.ts'

/** What terminals load, in the order of its columns. */
export const DOWNLOAD_SETS: { readonly [set in DownloadSetName]: Text } = {
  parameters: { zh: '终端参数', en: 'Parameters' },
  caKeys: { zh: 'IC 卡公钥', en: 'CA keys' },
  applications: { zh: 'IC 卡参数', en: 'Applications' },
  blacklist: { zh: '黑名单', en: 'Blacklist' },
  contactless: { zh: '非接参数', en: 'Contactless' },
  rates: { zh: '汇率', en: 'Exchange rates' },
}
