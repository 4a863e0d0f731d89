import { once } from 'node:events'
import { connect } from 'node:net'

/** One address of a target. */
export interface Base {
  url: string
  /** What the Host header says. */
  authority: string
  host: string
  port: number
}

/** What is loaded: one server, or several that share their polls. */
export interface Target {
  name: string
  bases: Base[]
  /** Processes whose memory and CPU are measured, if known. */
  pids: number[]
}

/** Whether it is an address of this machine: 127.0.0.0/8, ::1 or a name of theirs. */
export function isLoopback(url: URL): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
}

/** Resolves a name once for all connections. Rejects if nothing listens there. */
export async function findBase(url: URL): Promise<Base> {
  const port = Number(url.port || 80)
  const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port })
  try {
    await once(socket, 'connect')
    return { url: url.origin, authority: url.host, host: socket.remoteAddress as string, port }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`Nothing listens at ${url.origin}: ${code ?? message}`)
  } finally {
    socket.destroy()
  }
}
