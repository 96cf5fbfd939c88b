import type { FaultList } from '../../host/console/api-types/faults.ts'
import { t } from '../state/language.ts'
import { useData } from '../state/use-data.ts'

/** Stands in the bar of every page while the host does something wrong on purpose. */
export function FaultSign() {
  const { data } = useData<FaultList>('/api/faults', ['faults'])
  const count = data?.faults.length ?? 0
  if (count === 0) return null
  return (
    <a class="badge bad" href="/faults">
      {t({ zh: `故障 ${count}`, en: `Faults: ${count}` })}
    </a>
  )
}
