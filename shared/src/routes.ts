/** Every address, once: the API's router, the page's client and the tests take them from here. */
export const routes = {
  polls: '/api/polls',
  poll: (pollId: string) => `/api/polls/${pollId}`,
  votes: (pollId: string) => `/api/polls/${pollId}/votes`,
  resultsCsv: (pollId: string) => `/api/polls/${pollId}/results.csv`,
  resultsJson: (pollId: string) => `/api/polls/${pollId}/results.json`,
  ballotsCsv: (pollId: string) => `/api/polls/${pollId}/ballots.csv`,
  stream: (pollId: string) => `/api/polls/${pollId}/stream`,
  /** One stream that watches several polls: a browser has six connections to a host, a list has more polls. */
  streams: '/api/streams',
  streamOf: (pollIds: readonly string[]) => `/api/streams?polls=${pollIds.join(',')}`,

  health: '/healthz',
  ready: '/readyz',

  listPage: '/',
  newPollPage: '/new',
  pollPage: (pollId: string) => `/polls/${pollId}`,
} as const
