import { type Channel, listen, post } from './ipc.ts'

interface Writable {
  isWritable: boolean
}

/** What tells whether writes go well, in the process that writes. */
interface Source extends Writable {
  onWritable(listener: (isWritable: boolean) => void): () => void
}

/** Tells a worker of a pool whether the primary can write: when it asks, and at each change. Returns what ends that. */
export function shareWritable(worker: Channel, source: Source): () => void {
  const tell = () => void post(worker, 'writable', { isWritable: source.isWritable } satisfies Writable).catch(() => {})
  listen(worker, 'writable', tell)
  return source.onWritable(tell)
}

/** Whether the primary of this worker can write, as it has told last. */
export function followWritable(primary: Channel): () => boolean {
  let last = true
  listen<Writable>(primary, 'writable', ({ isWritable }) => {
    last = isWritable
  })
  post(primary, 'writable', {}).catch(() => {})
  return () => last
}
