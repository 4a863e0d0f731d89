/** Every address, once: the API's router, the page's client and the tests take them from here. */
export const routes = {
  polls: '/api/polls',
  poll: (pollId: string) => `/api/polls/${pollId}`,
  votes: (pollId: string) => `/api/polls/${pollId}/votes`,
  rounds: (pollId: string) => `/api/polls/${pollId}/rounds`,
  burst: (pollId: string, number: string | number) => `/api/polls/${pollId}/bursts/${number}`,
  copies: (pollId: string) => `/api/polls/${pollId}/copies`,
  resultsCsv: (pollId: string) => `/api/polls/${pollId}/results.csv`,
  resultsJson: (pollId: string) => `/api/polls/${pollId}/results.json`,
  ballotsCsv: (pollId: string) => `/api/polls/${pollId}/ballots.csv`,
  chartSvg: (pollId: string) => `/api/polls/${pollId}/chart.svg`,
  chartPng: (pollId: string) => `/api/polls/${pollId}/chart.png`,
  stream: (pollId: string) => `/api/polls/${pollId}/stream`,
  rooms: '/api/rooms',
  room: (code: string) => `/api/rooms/${code}`,
  roomCodes: (code: string) => `/api/rooms/${code}/codes`,
  roomKey: (code: string) => `/api/rooms/${code}/key`,
  roomResultsCsv: (code: string) => `/api/rooms/${code}/results.csv`,
  roomResultsJson: (code: string) => `/api/rooms/${code}/results.json`,
  roomBallotsCsv: (code: string) => `/api/rooms/${code}/ballots.csv`,
  roomStream: (code: string) => `/api/rooms/${code}/stream`,
  /** One stream of several topics: a browser has six connections to a host, a list has more polls. */
  streams: '/api/streams',
  streamOf: (pollIds: readonly string[]) => `/api/streams?polls=${pollIds.join(',')}`,
  admin: '/api/admin',
  adminRooms: '/api/admin/rooms',
  adminRoom: (code: string) => `/api/admin/rooms/${code}`,
  adminRoomKey: (code: string) => `/api/admin/rooms/${code}/key`,
  adminBlocks: '/api/admin/blocks',
  privacy: '/api/privacy',
  openapi: '/api/openapi.json',
  seen: '/api/seen',
  /** What a sample of pages reports of how fresh they are. */
  freshness: '/api/freshness',
  health: '/healthz',
  ready: '/readyz',

  listPage: '/',
  newPollPage: '/new',
  adminPage: '/admin',
  privacyPage: '/privacy',
  pollPage: (pollId: string) => `/polls/${pollId}`,
  roomPage: (code: string) => `/r/${code}`,
  screenPage: (code: string) => `/r/${code}/screen`,
  hostPage: (code: string) => `/r/${code}/host`,

  /** Pages for a frame on any site. The first asks for the code of a room. */
  embedPage: '/embed',
  pollEmbed: (pollId: string) => `/polls/${pollId}/embed`,
  roomEmbed: (code: string) => `/r/${code}/embed`,
  /** For sites that make a frame of a link (oEmbed 1.0). */
  oembed: '/oembed',
  /** The API, for people. */
  docsPage: '/docs',
  /** For PowerPoint. */
  officeManifest: '/office/manifest.xml',
} as const
