import { formatCount, formatMoment } from '../../components/format.ts'
import { t } from '../../i18n/index.ts'
import type { ImportFinding, ImportNote } from '../../import/imported.ts'

/** What a note of an import says: where, what was not taken as it stands. The compiler holds that each code has a message. */
export function noteText({ where, what }: ImportNote): string {
  const text = t(`new.import.${what.code}`, valuesOf(what), countOf(what))
  return where ? t(`new.import-${where.unit}`, { number: formatCount(where.number), text }) : text
}

function valuesOf(what: ImportFinding): Record<string, unknown> {
  const numbers = Object.entries(what).map(([name, value]) => [
    name,
    typeof value === 'number' ? formatCount(value) : value,
  ])
  const values = Object.fromEntries(numbers)
  if (what.code === 'kind-not-taken') return { ...values, kind: t(`new.import-kind.${what.kind}`) }
  if (what.code === 'close-time-past') return { time: formatMoment(what.closesAt) }
  if (what.code === 'too-large') return { size: sizeOf(what) }
  return values
}

const sizeOf = ({ max, unit }: ImportFinding & { code: 'too-large' }) =>
  unit === 'bytes'
    ? t('new.import-megabytes', { count: formatCount(max / 1e6) })
    : t('new.import-characters', { count: formatCount(max) })

/** What a message with plural forms counts. */
function countOf(what: ImportFinding): number | undefined {
  if ('count' in what) return what.count
  return 'left' in what ? what.left : undefined
}
