import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { StreamWriter } from './stream.ts'

/** Node's internal handle of a socket: undocumented, and undefined once the socket is closed. */
type Handle = { readonly fd?: number } | null | undefined
const handleOf = (socket: Socket): Handle => (socket as Socket & { _handle?: Handle })._handle

/**
 * Writes a frame to a socket with one system call and no overhead.
 *
 * `socket.write` passes each write through three layers of streams, which adds half of what the kernel's work costs. A
 * frame that the kernel takes completely needs none of that: `fs.writeSync`, which is write(2), does it. What the kernel
 * does not take because its buffer is full goes through `socket.write`, which waits for room. Until that is written,
 * nothing else is, so the order of bytes is kept.
 *
 * The descriptor is used only while the socket has the handle that it came from: after the handle is closed, the kernel may
 * give the same number to another connection. Without a descriptor (Windows), `socket.write` writes everything.
 */
export class SocketWriter implements StreamWriter {
  readonly #socket: Socket
  readonly #descriptor: number
  readonly #handle: Handle
  #isEnded = false

  constructor(socket: Socket) {
    this.#socket = socket
    // If an earlier answer is still buffered in the socket, frames go through `socket.write` after it. With TLS all do: the
    // descriptor is that of the connection below.
    this.#handle = socket.writableLength === 0 && !('encrypted' in socket) ? handleOf(socket) : undefined
    this.#descriptor = this.#handle?.fd ?? -1
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isEnded) return true
    const isOpen = this.#handle && handleOf(this.#socket) === this.#handle
    const taken = isOpen ? tryWrite(this.#descriptor, bytes) : 0
    if (taken === bytes.length) return true
    this.#socket.write(taken > 0 ? bytes.subarray(taken) : bytes)
    return this.#socket.writableLength === 0
  }

  whenWritten(written: () => void): void {
    // The callback of an empty write is called when everything before it has been written. 'drain' would be too rare: it is
    // emitted only after the high-water mark was reached, which takes some eighty frames.
    this.#socket.write(EMPTY, written)
  }

  end(): void {
    this.#isEnded = true
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

const EMPTY = new Uint8Array()

/** Returns how many bytes the kernel has taken. 0 after an error: `socket.write` will fail too, and report it. */
function tryWrite(descriptor: number, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes)
  } catch {
    return 0
  }
}
