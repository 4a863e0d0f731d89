const counts = new Intl.NumberFormat('en')
const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })

export const formatCount = (count: number): string => counts.format(count)

export const formatVoters = (count: number): string => `${counts.format(count)} ${count === 1 ? 'voter' : 'voters'}`

export const formatDate = (iso: string): string => dates.format(new Date(iso))
