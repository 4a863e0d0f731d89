import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tempFolder } from './temp-folder.ts'

/** What `vite build` leaves behind, in small. */
const files = {
  '.vite/manifest.json': JSON.stringify({
    '_vendor-3x.js': { file: 'assets/vendor-3x.js' },
    'besley-latin-wght-normal.woff2': { file: 'assets/besley-latin-wght-normal-7d.woff2' },
    'index.html': {
      file: 'assets/index-1a2b.js',
      isEntry: true,
      css: ['assets/index-9z.css'],
      imports: ['_vendor-3x.js'],
    },
  }),
  'assets/index-1a2b.js': '// the app',
  // Not really compressed, so that one sees which it was.
  'assets/index-1a2b.js.br': 'as br',
  'assets/index-1a2b.js.gz': 'as gzip',
  'assets/index-9z.css': '/* its looks */',
  'assets/vendor-3x.js': '// what it needs',
  'assets/besley-latin-wght-normal-7d.woff2': 'a font',
  'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'index.html': '<p>the page for another host</p>',
}

/** A built web app, until the test has ended. */
export function webBuild(): string {
  const folder = tempFolder()
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return folder
}
