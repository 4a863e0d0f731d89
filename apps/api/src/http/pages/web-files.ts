import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Middleware } from 'koa'
import { POLLCAST_THEME, type Theme } from '../../theme/theme.ts'
import { setPicturePolicy } from '../middleware/security-headers.ts'
import { themedManifest } from './web-manifest.ts'

/** Compressed versions that the build has beside each file, best first; the plain one last. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
  { name: 'identity', suffix: '' },
]

/** Of the installed app. */
const MANIFEST = '/manifest.webmanifest'

interface WebFile {
  bytes: Buffer
  etag: string
}

/**
 * Serves the compiled files of the web app. Those under /assets have a hash of their content in their name, so browsers may
 * cache them for ever. So have those of the theme.
 *
 * @param webRoot undefined where there are none, and Vite serves them
 */
export function webFiles(webRoot: string | undefined, theme: Theme): Middleware {
  const files = webRoot === undefined ? new Map<string, WebFile>() : readFiles(webRoot)
  addTheme(files, theme)
  return (ctx, next) => {
    if (!files.has(ctx.path) || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    const encoding = ENCODINGS.find(({ name, suffix }) => files.has(ctx.path + suffix) && ctx.acceptsEncodings(name))
    const file = files.get(ctx.path + (encoding?.suffix ?? ''))
    if (encoding && encoding.suffix !== '') ctx.set('Content-Encoding', encoding.name)
    ctx.vary('Accept-Encoding')
    ctx.set('Cache-Control', ctx.path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    ctx.body = file?.bytes
    ctx.type = extname(ctx.path)
    if (theme.files.has(ctx.path) && ctx.path.endsWith('.svg')) setPicturePolicy(ctx)
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
    files.set(address, webFile(readFileSync(path)))
  }
  return files
}

const webFile = (bytes: Buffer): WebFile => ({ bytes, etag: createHash('sha256').update(bytes).digest('base64url') })

/** Others are compressed as they are. */
const COMPRESSIBLE = /\.(css|svg|ttf|otf)$/

function addTheme(files: Map<string, WebFile>, theme: Theme): void {
  for (const [address, bytes] of theme.files) {
    files.set(address, webFile(bytes))
    if (!COMPRESSIBLE.test(address)) continue
    files.set(`${address}.br`, webFile(brotliCompressSync(bytes)))
    files.set(`${address}.gz`, webFile(gzipSync(bytes)))
  }
  const manifest = files.get(MANIFEST)
  if (manifest && theme !== POLLCAST_THEME) files.set(MANIFEST, webFile(themedManifest(manifest.bytes, theme)))
}
