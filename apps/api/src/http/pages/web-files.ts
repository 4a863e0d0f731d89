import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import type { Middleware } from 'koa'

/** Compressed versions that the build has beside each file, best first; the plain one last. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
  { name: 'identity', suffix: '' },
]

interface WebFile {
  bytes: Buffer
  etag: string
}

/**
 * Serves the compiled files of the web app. Those under /assets have a hash of their content in their name, so browsers may
 * cache them for ever.
 */
export function webFiles(webRoot: string): Middleware {
  const files = readFiles(webRoot)
  return (ctx, next) => {
    if (!files.has(ctx.path) || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    const encoding = ENCODINGS.find(({ name, suffix }) => files.has(ctx.path + suffix) && ctx.acceptsEncodings(name))
    const file = files.get(ctx.path + (encoding?.suffix ?? ''))
    if (encoding && encoding.suffix !== '') ctx.set('Content-Encoding', encoding.name)
    ctx.vary('Accept-Encoding')
    ctx.set('Cache-Control', ctx.path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    ctx.body = file?.bytes
    ctx.type = extname(ctx.path)
    ctx.etag = file?.etag ?? ''
    if (ctx.fresh) ctx.status = 304
  }
}

/**
 * All files by their path in the URL. They are few and small, and kept in memory: so a new build does not take them away
 * from pages that the running server has served.
 */
function readFiles(webRoot: string): Map<string, WebFile> {
  const files = new Map<string, WebFile>()
  for (const entry of readdirSync(webRoot, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const address = `/${relative(webRoot, path).split(sep).join('/')}`
    // The manifest is for this server. index.html is for other hosts: here pages are rendered with their context.
    if (!entry.isFile() || address.includes('/.') || /\.html(\.\w+)?$/.test(address)) continue
    const bytes = readFileSync(path)
    files.set(address, { bytes, etag: createHash('sha256').update(bytes).digest('base64url') })
  }
  return files
}
