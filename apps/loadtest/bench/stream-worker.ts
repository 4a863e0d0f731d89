import { parentPort, workerData } from 'node:worker_threads'
import { frameFailure } from './check-frames.ts'
import { now } from './clock.ts'
import { type StreamAddress, StreamReader } from './stream-reader.ts'

/** What the thread is started with. */
export interface WorkerData {
  addresses: StreamAddress[]
  /** Shared: the count that each stream shows, -1 before its first frame. */
  seen: Int32Array
}

/** Requests to the thread and their answers. `at` is a time on the clock that all threads share. */
export interface Requests {
  /** Opens the streams; answers with when it began. */
  open: { ask: undefined; answer: { at: number } }
  /** Waits until every stream that reads shows its poll's count. */
  reach: { ask: { counts: number[] }; answer: { at: number } }
  /** Streams with an index below this stop reading; all others read. */
  stall: { ask: { below: number }; answer: undefined }
  /** Keeps all that is received from now on, for `verify`. */
  record: { ask: undefined; answer: undefined }
  /** Compares what was recorded with each poll's last snapshot. Answers with a failure for each stream that has one. */
  verify: { ask: { snapshots: unknown[] }; answer: string[] }
  /** Why streams broke, a reason for each. */
  breakage: { ask: undefined; answer: string[] }
  /** Whole frames so far, of the streams below this index and of the others. */
  frames: { ask: { below: number }; answer: [below: number, others: number] }
}

const { addresses, seen } = workerData as WorkerData
const readers: StreamReader[] = []
let goal: number[] = []
let lacking = new Set<StreamReader>()
let reached = (_at: number) => {}

const lacks = ({ address, scanner, stalled, broken }: StreamReader) =>
  !stalled && !broken && scanner.newest < (goal[address.poll] ?? 0)

function changed(reader: StreamReader): void {
  Atomics.store(seen, reader.address.index, reader.scanner.newest)
  if (lacking.size === 0 || lacks(reader)) return
  if (lacking.delete(reader) && lacking.size === 0) reached(now())
}

const answers: {
  [Q in keyof Requests]: (ask: Requests[Q]['ask']) => Promise<Requests[Q]['answer']> | Requests[Q]['answer']
} = {
  open: () => {
    const at = now()
    for (const address of addresses) readers.push(new StreamReader(address, changed))
    return { at }
  },
  reach: ({ counts }) => {
    goal = counts
    lacking = new Set(readers.filter(lacks))
    return new Promise((resolve) => {
      reached = (at) => resolve({ at })
      if (lacking.size === 0) reached(now())
    })
  },
  stall: ({ below }) => {
    for (const reader of readers) {
      if (reader.address.index < below) reader.stall()
      else if (reader.stalled) reader.resume()
    }
  },
  record: () => {
    for (const reader of readers) reader.record()
  },
  verify: ({ snapshots }) => {
    return readers.flatMap(({ address, broken, scanner, recorded }) => {
      if (broken) return broken
      if (scanner.wentBack) return 'a count that went back'
      return frameFailure(recorded?.join('') ?? '', snapshots[address.poll]) ?? []
    })
  },
  breakage: () => readers.flatMap(({ broken }) => broken ?? []),
  frames: ({ below }) => {
    const sums: [number, number] = [0, 0]
    for (const { address, scanner } of readers) sums[address.index < below ? 0 : 1] += scanner.frames
    return sums
  },
}

parentPort?.on('message', async ({ id, question, ask }) => {
  const answer = await answers[question as keyof Requests](ask as never)
  parentPort?.postMessage({ id, answer })
})
