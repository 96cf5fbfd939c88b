import { useSignal } from '@preact/signals'
import { currencyCode } from '../../base/money.ts'
import type { MerchantUse, TierView } from '../../host/console/api-types/estate.ts'
import { put } from '../state/api.ts'
import { t } from '../state/language.ts'
import { say } from '../state/toasts.ts'
import { useData } from '../state/use-data.ts'
import { FormDialog } from './dialog.tsx'
import { SelectField, TextField } from './field.tsx'

/** How many terminals the merchant may have, who stands behind it, and what money it takes. */
export function MerchantDialog({
  use,
  onClose,
}: {
  readonly use: MerchantUse
  readonly onClose: () => void
}) {
  const { data: tiers } = useData<readonly TierView[]>('/api/estate/tiers')
  const tier = useSignal(use.tier)
  const holder = useSignal(use.holder)
  const currencies = useSignal(use.currencies.map(currencyCode).join(', '))
  return (
    <FormDialog
      title={`${t({ zh: '商户', en: 'Merchant' })} · ${use.mid}`}
      submit={{ zh: '保存', en: 'Save' }}
      onClose={onClose}
      onSubmit={async () => {
        await put(`/api/estate/merchants/${use.mid}`, {
          tier: tier.value,
          holder: holder.value,
          currencies: currencies.value.split(/[\s,，、]+/).filter((word) => word !== ''),
          version: use.version,
        })
        say({ zh: '已保存。', en: 'Saved.' })
        onClose()
      }}
    >
      <SelectField
        label={t({ zh: '等级', en: 'Tier' })}
        value={tier.value}
        options={(tiers ?? []).map(({ id, name, terminalsPerMerchant, terminalsPerHolder }) => ({
          value: id,
          text: `${t(name)} (${terminalsPerMerchant} / ${terminalsPerHolder})`,
        }))}
        onChange={(value) => (tier.value = value)}
        hint={t({ zh: '每商户 / 每持有人的终端数', en: 'Terminals per merchant / per holder' })}
      />
      <TextField
        label={t({ zh: '持有人（可空）', en: 'Holder (may be empty)' })}
        hint={t({
          zh: '同一人名下的商户合并计数',
          en: 'The merchants of one person or company are counted together',
        })}
        value={holder.value}
        onInput={(text) => (holder.value = text)}
      />
      <TextField
        label={t({ zh: '其他受理货币（可空）', en: 'Further currencies (may be empty)' })}
        hint={t({
          zh: `本币 ${currencyCode(use.currency)} 总是受理；例如 USD, JPY`,
          en: `Beside ${currencyCode(use.currency)}, which it always takes; for example USD, JPY`,
        })}
        value={currencies.value}
        onInput={(text) => (currencies.value = text)}
      />
    </FormDialog>
  )
}
