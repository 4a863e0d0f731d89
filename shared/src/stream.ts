/**
 * The events of a stream (WHATWG HTML, section 9.2, server-sent events). Both carry a Snapshot as data and its
 * revision as id: `snapshot` comes first, once for each poll watched; `update` for each newer one that is shown.
 */
export type StreamEvent = 'snapshot' | 'update'

/** A stream that has carried nothing for this long carries a comment, so that either end sees a dead line. */
export const keepaliveSeconds = 15
