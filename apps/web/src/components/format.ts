const counts = new Intl.NumberFormat('en')
const shares = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 })
const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })

export const formatCount = (count: number): string => counts.format(count)

export const formatVotes = (count: number): string => `${counts.format(count)} ${count === 1 ? 'vote' : 'votes'}`

export const formatDate = (iso: string): string => dates.format(new Date(iso))

/** Never 0% for a choice that has votes, and never 100% for one that does not have them all. */
export function formatShare(votes: number, totalVotes: number): string {
  if (votes === 0 || totalVotes === 0) return shares.format(0)
  const share = votes / totalVotes
  if (share < 0.005) return '<1%'
  if (share < 1 && share >= 0.995) return '>99%'
  return shares.format(share)
}
