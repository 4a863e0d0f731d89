/** What the id of an event says: which topic it is of, and what it comes after. */
export interface EventId {
  /** The database's life. Revisions of two don't compare. */
  epoch: string
  /** A poll's id or a room's code. */
  topic: string
  view: string
  revision: number
}

/** `EPOCH.TOPIC.VIEW.REVISION.MAC`; undefined where it is no such id. Only the server can check its signature. */
export function readEventId(id: string): EventId | undefined {
  const [epoch, topic, view, revision, mac] = id.split('.')
  if (!epoch || !topic || !view || !mac || !/^\d+$/.test(revision ?? '')) return undefined
  return { epoch, topic, view, revision: Number(revision) }
}

/** Whether an event has to be shown in place of another one of its topic: one of another epoch or view always has to. */
export function isNews(shownId: string | undefined, id: string): boolean {
  const [shown, received] = [readEventId(shownId ?? ''), readEventId(id)]
  if (!shown || !received || shown.epoch !== received.epoch || shown.view !== received.view) return true
  return received.revision > shown.revision
}

/** The id in an ETag, `W/"ID-OWN"`; empty where a proxy has taken it away or made another. */
export function idOfEtag(etag: string | null): string {
  const [, id = ''] = /^W\/"(.+)-[\d.]*"$/.exec(etag ?? '') ?? []
  return readEventId(id) ? id : ''
}
