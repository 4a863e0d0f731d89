import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { StreamWriter } from './stream.ts'

/** Node's own half of a socket: undocumented, and missing once the socket is closed. */
type Handle = { readonly fd?: number } | null | undefined
const handleOf = (socket: Socket): Handle => (socket as Socket & { _handle?: Handle })._handle

/**
 * A socket that a frame is written to with one system call and nothing around it.
 *
 * `socket.write` keeps account of each write in three layers of streams, which costs half as much again as the kernel's
 * work. For a frame that the kernel takes whole there is nothing to account for, and write(2) does it, which is what
 * `fs.writeSync` is. What the kernel does not take (its buffer is full) goes through `socket.write`, which waits for
 * room. While anything waits there nothing else is written, so no byte overtakes another.
 *
 * The descriptor is used only while the handle it came from is the socket's: once that is closed, the system may have
 * given its number to another connection. Where there is no descriptor (Windows), `socket.write` does it all.
 */
export class SocketWriter implements StreamWriter {
  readonly #socket: Socket
  readonly #descriptor: number
  readonly #handle: Handle
  #isEnded = false

  constructor(socket: Socket) {
    this.#socket = socket
    // Where an earlier answer still waits in the socket, frames go the long way behind it.
    this.#handle = socket.writableLength === 0 ? handleOf(socket) : undefined
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
    // An empty write behind the rest calls back when all before it has left. 'drain' would not do: it is emitted only
    // past the high-water mark, some eighty frames later.
    this.#socket.write(NOTHING, written)
  }

  end(): void {
    this.#isEnded = true
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

const NOTHING = new Uint8Array()

/** How many bytes the kernel has taken; none where it failed, for `socket.write` fails likewise and tells the socket. */
function tryWrite(descriptor: number, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes)
  } catch {
    return 0
  }
}
