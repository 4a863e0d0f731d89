import type { Snapshot } from '@pollcast/shared/poll'

const texts = new WeakMap<Snapshot, string>()

/** A snapshot's JSON, made once: the vote's answer, the cache and the frame all send the same text. */
export function snapshotJson(snapshot: Snapshot): string {
  let text = texts.get(snapshot)
  if (text === undefined) {
    text = JSON.stringify(snapshot)
    texts.set(snapshot, text)
  }
  return text
}
