import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { Outlet } from './stream.ts'

/**
 * Node's own half of a socket: undocumented, and missing once the socket is closed. Where it tells no descriptor
 * (Windows), the socket is written to as any other.
 */
type Handle = { readonly fd?: number } | null | undefined
const handleOf = (socket: Socket): Handle => (socket as Socket & { _handle?: Handle })._handle

/**
 * A socket that a frame is written to with one system call and nothing around it.
 *
 * `socket.write` keeps account of each write in three layers of streams, which costs half as much again as the kernel's
 * work. For a frame that the kernel takes whole there is nothing to account for, and write(2) does it, which is what
 * `fs.writeSync` is. What the kernel does not take (its buffer is full) goes through `socket.write`, which waits for
 * room. While anything waits there, so does all that follows, so no byte overtakes another.
 *
 * The descriptor is used only while the handle it came from is the socket's: once that is closed, the system may have
 * given its number to another connection.
 */
export class SocketOutlet implements Outlet {
  readonly #socket: Socket
  readonly #handle: Handle
  readonly #descriptor: number

  constructor(socket: Socket) {
    this.#socket = socket
    this.#handle = handleOf(socket)
    this.#descriptor = this.#handle?.fd ?? -1
  }

  get writableLength(): number {
    return this.#socket.writableLength
  }

  write(bytes: Uint8Array): void {
    const socket = this.#socket
    const direct = this.#descriptor >= 0 && socket.writableLength === 0 && socket.writable
    const taken = direct && handleOf(socket) === this.#handle ? tryWrite(this.#descriptor, bytes) : 0
    if (taken < bytes.length) socket.write(taken > 0 ? bytes.subarray(taken) : bytes)
  }

  whenWritten(written: () => void): void {
    // An empty write behind the rest calls back when all before it has left. 'drain' would not do: it is emitted only
    // past the high-water mark, some eighty frames later.
    this.#socket.write(NOTHING, written)
  }

  end(): void {
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
