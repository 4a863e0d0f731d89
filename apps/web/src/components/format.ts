import { spacedCode } from '@pollcast/shared/room-code'
import { locale, t } from '../i18n/index.ts'

/** Numbers, dates and counts as the page's language writes them. Components follow a change of language. */

function inLocale<Format>(create: (locale: string) => Format): () => Format {
  const formats = new Map<string, Format>()
  return () => {
    const format = formats.get(locale.value) ?? create(locale.value)
    formats.set(locale.value, format)
    return format
  }
}

const counts = inLocale((name) => new Intl.NumberFormat(name))
const percents = inLocale((name) => new Intl.NumberFormat(name, { style: 'percent' }))
// The English of the app is international: a day before its month.
const dateLocale = (name: string) => (name === 'en' ? 'en-GB' : name)
const dates = inLocale((name) => new Intl.DateTimeFormat(dateLocale(name), { dateStyle: 'medium' }))
const times = inLocale((name) => new Intl.DateTimeFormat(dateLocale(name), { timeStyle: 'short' }))
const moments = inLocale(
  (name) => new Intl.DateTimeFormat(dateLocale(name), { dateStyle: 'medium', timeStyle: 'short' }),
)

export const formatCount = (count: number): string => counts().format(count)

export const formatVoters = (count: number): string => t('count.voters', { count: formatCount(count) }, count)

/** @param share from 0 to 1 */
export const formatPercent = (share: number): string => percents().format(share)

/** @param iso ISO 8601, in any time zone. It is shown in the user's, as all times are. */
export const formatDate = (iso: string): string => dates().format(new Date(iso))

export const formatMoment = (iso: string): string => moments().format(new Date(iso))

/** With its day, unless that is today. */
export function formatTime(iso: string): string {
  const isToday = new Date(iso).toDateString() === new Date().toDateString()
  return isToday ? times().format(new Date(iso)) : formatMoment(iso)
}

/** Minutes and seconds, such as 1:05. */
export function formatDuration(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  return `${formatCount(minutes)}:${twoDigits().format(rest)}`
}

const twoDigits = inLocale((name) => new Intl.NumberFormat(name, { minimumIntegerDigits: 2 }))

/**
 * A room's code as it is read aloud: "472 915", and "472 9150". The space keeps a line, and the groups' order where text
 * runs from right to left.
 */
export const formatRoomCode = (code: string): string => spacedCode(code).replaceAll(' ', '\u00a0')
