import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tempFolder } from './temp-folder.ts'

/** What `vite build` leaves behind, in small. */
const files = {
  '.vite/manifest.json': JSON.stringify({
    '_vendor-3x.js': { file: 'assets/vendor-3x.js' },
    'besley-latin-800-normal.woff2': { file: 'assets/besley-latin-800-normal-7d.woff2' },
    'index.html': {
      file: 'assets/index-1a2b.js',
      isEntry: true,
      css: ['assets/index-9z.css'],
      imports: ['_vendor-3x.js'],
    },
    'src/pages/FrontPage.vue': {
      file: 'assets/FrontPage-4f.js',
      css: ['assets/FrontPage-5c.css'],
      imports: ['_vendor-3x.js', '_rows-6d.js'],
    },
    '_rows-6d.js': { file: 'assets/rows-6d.js', imports: ['index.html'] },
    'src/i18n/de.json': { file: 'assets/de-8a.js' },
  }),
  '.vite/i18n/de.json': JSON.stringify({
    'count.voters': '{count} Teilnehmer | {count} Teilnehmer',
    'count.votes': '{count} Stimme | {count} Stimmen',
    'list.closed': 'beendet',
    'missing.page': 'Seite nicht gefunden',
    'plain.back': 'Zurück zur Umfrage',
    'poll.vote': 'Abstimmen',
    'problem.no-choice': 'Wählen Sie mindestens eine Antwort.',
  }),
  '.vite/i18n/ar.json': JSON.stringify({ 'poll.vote': 'صوّت' }),
  'assets/index-1a2b.js': '// the app',
  // Not really compressed, so that one sees which it was.
  'assets/index-1a2b.js.br': 'as br',
  'assets/index-1a2b.js.gz': 'as gzip',
  'assets/index-9z.css': '/* its looks */',
  'assets/vendor-3x.js': '// what it needs',
  'assets/besley-latin-800-normal-7d.woff2': 'a font',
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
