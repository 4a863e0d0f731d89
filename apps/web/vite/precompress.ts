import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Writes a .gz and a .br next to each script and style, so that the API need not compress them while it serves. */
export function precompress(): Plugin {
  return {
    name: 'pollcast:precompress',
    apply: 'build',
    async writeBundle({ dir = 'dist' }, bundle) {
      const files = Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name))
      await Promise.all(
        files.map(async (name) => {
          const content = await readFile(join(dir, name))
          await writeFile(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }))
          await writeFile(join(dir, `${name}.br`), brotliCompressSync(content))
        }),
      )
    },
  }
}
