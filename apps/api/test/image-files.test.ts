import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '../src/config/config.ts'
import { ROOT } from '../testing/built-server.ts'
import { certificateFiles } from '../testing/certificate.ts'
import { freePort } from '../testing/free-port.ts'
import { copyOf, type Instruction, readStages, scriptOf, wordsOf } from '../testing/image/dockerfile.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'

const stages = readStages()
const all = (keyword: string): Instruction[] =>
  stages.flatMap(({ instructions }) => instructions.filter((instruction) => instruction.getKeyword() === keyword))
const last = stages.at(-1)?.instructions ?? []
const contents = (instructions: Instruction[]) =>
  instructions.map((instruction) => instruction.getArgumentsContent() ?? '')

/** The rules of hadolint that this Dockerfile could break. Its binary is not in npm's registry. */
const rules: [string, () => void][] = [
  [
    'DL3000: a WORKDIR is an absolute path',
    () => {
      for (const path of contents(all('WORKDIR'))) expect(path).toMatch(/^\//)
    },
  ],
  [
    'DL3002: the last user is not root',
    () => {
      const users = contents(last.filter((instruction) => instruction.getKeyword() === 'USER'))
      expect(users.at(-1)).toBe('node')
    },
  ],
  [
    'DL3006, DL3007: an image has a tag, and not latest',
    () => {
      const names = stages.map(({ name }) => name)
      for (const { base } of stages) if (!names.includes(base)) expect(base).toMatch(/^[a-z]+:(?!latest)\S+$/)
    },
  ],
  [
    'DL3020, DL4000: COPY and LABEL, not ADD and MAINTAINER',
    () => expect([...all('ADD'), ...all('MAINTAINER')]).toEqual([]),
  ],
  [
    'DL3021: what several files are copied to ends with a slash',
    () => {
      for (const { sources, to } of all('COPY').map(copyOf)) if (sources.length > 1) expect(to).toMatch(/\/$/)
    },
  ],
  [
    'DL3022, DL3024: COPY --from names a stage before it, and stages have names of their own',
    () => {
      const names = stages.flatMap(({ name }) => name ?? [])
      expect(new Set(names).size).toBe(names.length)
      stages.forEach(({ instructions }, index) => {
        const before = stages.slice(0, index).map(({ name }) => name)
        for (const { from } of instructions.filter((one) => one.getKeyword() === 'COPY').map(copyOf)) {
          if (from !== undefined) expect(before).toContain(from)
        }
      })
    },
  ],
  [
    'DL3025: commands are in JSON',
    () => {
      for (const command of [...all('ENTRYPOINT'), ...all('CMD'), ...all('HEALTHCHECK')]) {
        expect(wordsOf(command).length).toBeGreaterThan(0)
      }
    },
  ],
  [
    'DL3045: what is copied to a relative path has a WORKDIR before it',
    () => {
      for (const { instructions } of stages) {
        const keywords = instructions.map((instruction) => instruction.getKeyword())
        expect(keywords.indexOf('WORKDIR')).toBeLessThan(keywords.indexOf('COPY'))
        expect(keywords).toContain('WORKDIR')
      }
    },
  ],
  [
    'DL3003, DL3004, DL3016, DL3027, DL4006: RUN has no cd, sudo, npm install, apt or pipes',
    () => {
      for (const script of all('RUN').map(scriptOf)) {
        expect(script).not.toMatch(/\bcd\b|\bsudo\b|\bapt\b(?![-/])|npm (install|i)\b|(?<!\|)\|(?!\|)/)
      }
    },
  ],
  [
    'DL3009, DL3014, DL3015: apt-get asks nothing, installs nothing that was not named, and leaves no lists',
    () => {
      for (const script of all('RUN').map(scriptOf)) {
        if (!script.includes('apt-get')) continue
        expect(script).toMatch(/apt-get update[\s\\]+&& apt-get install --yes --no-install-recommends /)
        expect(script).toContain('rm -rf /var/lib/apt/lists/*')
      }
    },
  ],
  [
    'DL3059: no RUN follows a RUN',
    () => {
      for (const { instructions } of stages) {
        const keywords = instructions.map((instruction) => instruction.getKeyword()).join(' ')
        expect(keywords).not.toContain('RUN RUN')
      }
    },
  ],
  [
    'DL4003, DL4004: one ENTRYPOINT, one HEALTHCHECK',
    () => {
      expect(all('ENTRYPOINT')).toHaveLength(1)
      expect(all('HEALTHCHECK')).toHaveLength(1)
    },
  ],
]

test.each(rules)('the Dockerfile keeps %s', (_, check) => check())

test.each([
  ['in the clear', {}],
  ['with TLS', certificateFiles],
])('the health check %s is good while the server serves, and bad where it does not', async (_, make) => {
  const tls = 'call' in make ? make().paths : undefined
  const environment: Record<string, string> = tls ? { TLS_CERT: tls.cert, TLS_KEY: tls.key } : {}
  const server = new ServerProcess({ DATABASE_URL: `sqlite:${join(tempFolder(), 'polls.sqlite')}`, ...environment })
  const [, port = ''] = await server.until(/https?:\/\/\S+?:(\d+)/)
  const [check] = all('HEALTHCHECK')
  const [, ...words] = check ? wordsOf(check) : []
  const status = (PORT: string) =>
    spawnSync(process.execPath, words, { env: { ...environment, PORT }, timeout: 60_000 }).status
  expect(status(port)).toBe(0)
  expect(status(String(await freePort()))).toBe(1)
})

test('all that is installed for another architecture is in the lock: amd64 and arm64', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  const names = Object.keys(packages)
  const ofX64 = names.filter((name) => /[/-]linux-(x64|64)(-gnu)?$/.test(name))
  expect(ofX64).not.toEqual([])
  for (const name of ofX64) expect(names).toContain(name.replace(/-(x64|64)(-gnu)?$/, '-arm64$2'))
})

interface Service {
  build?: string
  image: string
  environment?: Record<string, string>
  volumes?: string[]
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  depends_on?: Record<string, unknown>
}

const compose = (path: string): { services: Record<string, Service>; volumes: Record<string, unknown> } =>
  parse(readFileSync(join(ROOT, path), 'utf8'), { merge: true })

test.each(['compose.yaml', 'packaging/compose.cluster.yaml'])('%s is whole', (path) => {
  const { services, volumes } = compose(path)
  for (const { build, image, environment, depends_on = {}, volumes: mounts = [], ...how } of Object.values(services)) {
    for (const name of Object.keys(depends_on)) expect(services).toHaveProperty([name])
    for (const mount of mounts) {
      const [source = ''] = mount.split(':')
      if (source.startsWith('./')) readFileSync(join(ROOT, 'packaging', source))
      else expect(volumes).toHaveProperty([source])
    }
    if (build === undefined) {
      expect(image).toMatch(/^[a-z]+:\d/)
      continue
    }
    expect(how).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    const given = Object.entries(environment ?? {}).map(([name, value]) => [name, value.replace(/\$\{.*?\}/, 'secret')])
    expect(readConfig(Object.fromEntries(given))).toBeTruthy()
  }
})
