import { once } from 'node:events'
import { connect } from 'node:net'

/** One address that a load is sent to. */
export interface Base {
  url: string
  /** What the Host header says. */
  authority: string
  host: string
  port: number
}

/** What a load is sent to: one server, or several that share their polls. */
export interface Target {
  name: string
  bases: Base[]
  /** Processes whose memory and CPU are read, where they are known. */
  pids: number[]
}

/** Where the machine speaks to itself: 127.0.0.0/8, ::1 and their names. */
export function isLoopback(url: URL): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
}

/** Finds the address behind a name once, so that thousands of connections need not. Rejects where nobody listens. */
export async function findBase(url: URL): Promise<Base> {
  const port = Number(url.port || 80)
  const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port })
  try {
    await once(socket, 'connect')
    return { url: url.origin, authority: url.host, host: socket.remoteAddress as string, port }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`Nobody answers at ${url.origin}: ${code ?? message}`)
  } finally {
    socket.destroy()
  }
}
