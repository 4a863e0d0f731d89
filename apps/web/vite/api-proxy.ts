import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Plugin } from 'vite'

/**
 * Forwards requests to the API during development: `/api`, including streams, a theme's files, and every page, which the API renders
 * with its data as in production. Vite's own proxy would print a stack trace each time the API restarts.
 */
export function apiProxy(apiPort: number): Plugin {
  return {
    name: 'pollcast:api-proxy',
    configureServer(server) {
      server.middlewares.use((req, res, next) => (isForApi(req) ? forward(req, res, apiPort) : next()))
    },
  }
}

function isForApi(req: IncomingMessage): boolean {
  const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
  // A theme's files are at /assets/: Vite's own are at their places in the source.
  if (/^\/(api|assets)\//.test(path)) return true
  const isFile = path.startsWith('/@') || path.includes('.')
  return !isFile && (req.headers.accept ?? '').includes('text/html')
}

function forward(req: IncomingMessage, res: ServerResponse, port: number): void {
  const upstream = request({ port, path: req.url, method: req.method, headers: req.headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers)
    res.flushHeaders()
    answer.pipe(res)
    // If the API drops a stream, the browser must see it dropped, not ended.
    answer.on('error', () => res.destroy())
  })
  upstream.on('error', () => {
    if (res.headersSent) res.destroy()
    else answerNotReady(res, port)
  })
  res.on('close', () => upstream.destroy())
  req.pipe(upstream)
}

function answerNotReady(res: ServerResponse, port: number): void {
  const message = `The API on port ${port} is not answering yet. Retrying every second.`
  res.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '1', Refresh: '1' })
  res.end(`${message}\n`)
}
