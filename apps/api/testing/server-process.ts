import { onTestFinished } from 'vitest'
import { BuiltServer, type How } from './built-server.ts'

/** The built server in a process group of its own, until the test has ended. */
export class ServerProcess extends BuiltServer {
  constructor(environment: Record<string, string>, how?: How, args?: readonly string[]) {
    super(environment, how, args)
    onTestFinished(() => this.end())
  }

  /** A server that takes requests, on this database. */
  static async open(databasePath: string, how?: How): Promise<ServerProcess & { url: string; port: number }> {
    const server = new ServerProcess({ DATABASE_URL: `sqlite:${databasePath}` }, how)
    return Object.assign(server, await server.address())
  }
}
