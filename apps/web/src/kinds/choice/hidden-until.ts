/** Says why a poll's results are not shown, for each of its `resultsVisibility`. */
export function hiddenUntil(resultsVisibility: string | undefined): string {
  if (resultsVisibility === 'after-vote') return 'Results are hidden until you vote.'
  if (resultsVisibility === 'after-close') return 'Results are hidden until the poll closes.'
  return 'Results are hidden until the host shows them.'
}
