import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { arch } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../built-server.ts'
import {
  copyOf,
  environmentOf,
  type Instruction,
  readIgnored,
  readStages,
  type Stage,
  scriptOf,
  wordsOf,
} from './dockerfile.ts'
import { needDebian } from './need-debian.ts'

const run = promisify(execFile)

/** Where base images are kept from run to run: each takes a minute to make. */
const BASES = '/var/tmp/pollcast-test-images'

/** As images of Docker have it. */
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What the network of this machine needs while an image is built, as `docker build` is told of proxies. None of it is in the image. */
const MACHINE = {
  npm_config_cafile: '/etc/ssl/certs/ca-certificates.crt',
  NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
  // Node's headers, which node-gyp would download.
  npm_config_nodedir: '/usr/local',
}

export interface Image {
  /** Its files. */
  root: string
  user: string
  workdir: string
  environment: Record<string, string>
  volumes: string[]
  entrypoint: string[]
  healthcheck: string[]
}

/**
 * Carries out the Dockerfile as it is written, in folders: FROM an image is a fresh Debian with Node, as those of Docker's `node` are,
 * RUN is a chroot. It needs root, debootstrap and the network.
 */
export async function buildImage(folder: string): Promise<Image> {
  const context = await copyContext(join(folder, 'context'))
  const built = new Map<string, Image>()
  let image: Image | undefined
  for (const [index, stage] of readStages().entries()) {
    image = await buildStage(stage, join(folder, `stage-${index}`), context, built)
    if (stage.name) built.set(stage.name, image)
  }
  if (!image) throw new Error('The Dockerfile has no stage.')
  return image
}

/** What .dockerignore leaves of the repository. */
async function copyContext(to: string): Promise<string> {
  mkdirSync(to)
  const excludes = readIgnored().map((pattern) => {
    const anywhere = pattern.startsWith('**/') ? pattern.slice('**/'.length) : undefined
    if (/[!?[\]]|\*\*/.test(anywhere ?? pattern)) throw new Error(`.dockerignore: this test does not know ${pattern}`)
    return anywhere === undefined
      ? ['--anchored', `--exclude=./${pattern}`]
      : ['--no-anchored', `--exclude=${anywhere}`]
  })
  await run('sh', [
    '-c',
    'from="$1" to="$2"; shift 2; tar -C "$from" "$@" -c . | tar -C "$to" -x',
    'sh',
    ROOT,
    to,
    ...excludes.flat(),
  ])
  return to
}

async function buildStage(stage: Stage, root: string, context: string, built: Map<string, Image>): Promise<Image> {
  await run('cp', ['-a', await baseImage(stage.base), root])
  const image: Image = {
    root,
    user: 'root',
    workdir: '/',
    environment: { PATH },
    volumes: [],
    entrypoint: [],
    healthcheck: [],
  }
  for (const instruction of stage.instructions) await carryOut(instruction, image, context, built)
  return image
}

async function carryOut(
  instruction: Instruction,
  image: Image,
  context: string,
  built: Map<string, Image>,
): Promise<void> {
  const keyword = instruction.getKeyword()
  const content = instruction.getArgumentsContent() ?? ''
  if (keyword === 'WORKDIR') {
    image.workdir = resolve(image.workdir, content)
    mkdirSync(join(image.root, image.workdir), { recursive: true })
  } else if (keyword === 'COPY') await copy(instruction, image, context, built)
  else if (keyword === 'RUN') await runInside(image, scriptOf(instruction))
  else if (keyword === 'ENV') Object.assign(image.environment, Object.fromEntries(environmentOf(instruction)))
  else if (keyword === 'USER') image.user = content
  else if (keyword === 'VOLUME') image.volumes.push(content)
  else if (keyword === 'ENTRYPOINT') image.entrypoint = wordsOf(instruction)
  else if (keyword === 'HEALTHCHECK') image.healthcheck = wordsOf(instruction)
  else if (keyword !== 'LABEL' && keyword !== 'EXPOSE') throw new Error(`This test does not know ${keyword}.`)
}

/** Of a folder, what is in it; to a folder where there is a slash at the end. Everything is root's. */
async function copy(instruction: Instruction, image: Image, context: string, built: Map<string, Image>): Promise<void> {
  const { from, sources, to } = copyOf(instruction)
  const origin = from === undefined ? context : built.get(from)?.root
  if (origin === undefined) throw new Error(`There is no stage ${from}.`)
  const target = join(image.root, resolve(image.workdir, to), to.endsWith('/') ? '/' : '')
  if (target.endsWith('/') || to === '.') mkdirSync(target, { recursive: true })
  const script = `target="$1"; shift; for path do
    if [ -d "$path" ]; then cp -a --no-preserve=ownership "$path/." "$target"; else cp -a --no-preserve=ownership "$path" "$target"; fi
  done`
  await run('sh', ['-ec', script, 'sh', target, ...sources.map((source) => join(origin, source))])
}

/** Runs a command in a root, beside the devices, names and certificates of this machine. */
const IN_ROOT = `set -e
root=$1 user=$2; shift 2
for path in /dev /etc/resolv.conf /etc/ssl/certs; do mount --bind "$path" "$root$path"; done
mount -t proc proc "$root/proc"
exec chroot --userspec="$user" "$root" /usr/bin/env -i "$@"`

/** What runs a script in a root, with the network. */
export const inside = (
  { root, user, workdir, environment }: Pick<Image, 'root' | 'user' | 'workdir' | 'environment'>,
  script: string,
): string[] => {
  const variables = Object.entries({ HOME: '/root', ...MACHINE, ...environment }).map(
    ([name, value]) => `${name}=${value}`,
  )
  const command = [...variables, '/bin/sh', '-c', `cd '${workdir}' && ${script}`]
  const namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child']
  return [...namespaces, 'sh', '-c', IN_ROOT, 'sh', root, user, ...command]
}

/** A RUN, as the stage's user. */
async function runInside(image: Image, script: string): Promise<void> {
  const [program = '', ...args] = inside(image, script)
  await run(program, args, { maxBuffer: 1e8 }).catch((error) => {
    throw new Error(`RUN ${script}\n${error.stdout}\n${error.stderr}`)
  })
}

/** A Debian with what Docker's image of this name has of Node, and, unless it is slim, of compilers. */
export async function baseImage(image: string): Promise<string> {
  await needDebian()
  const [, version = '', suite = '', slim] = /^node:(\d+)-(\w+?)(-slim)?$/.exec(image) ?? []
  if (!version) throw new Error(`This test has no ${image}.`)
  const root = join(BASES, image.replace(':', '-'))
  if (existsSync(root)) return root
  const partial = `${root}-partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(BASES, { recursive: true })
  const packages = ['ca-certificates', ...(slim ? [] : ['python3', 'make', 'g++'])]
  await run('debootstrap', ['--variant=minbase', `--include=${packages.join(',')}`, suite, partial], { maxBuffer: 1e8 })
  await addNode(partial, version)
  // Docker gives each container its own.
  writeFileSync(join(partial, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n')
  writeFileSync(join(partial, 'etc/resolv.conf'), '')
  await run('chroot', [partial, 'groupadd', '--gid', '1000', 'node'])
  await run('chroot', [partial, 'useradd', '--uid', '1000', '--gid', 'node', '--create-home', 'node'])
  renameSync(partial, root)
  return root
}

/** Node as npm's registry has it, of this machine's architecture, with its headers and npm. */
async function addNode(root: string, version: string): Promise<void> {
  const prefix = join(root, 'usr/local')
  const { stdout } = await run('npm', [
    'pack',
    '--silent',
    '--pack-destination',
    root,
    `node-linux-${arch()}@${version}`,
  ])
  const tarball = join(root, stdout.trim())
  await run('tar', ['-xzf', tarball, '-C', prefix, '--strip-components=1', 'package/bin', 'package/include'])
  rmSync(tarball)
  await run('npm', ['install', '--silent', '--global', '--prefix', prefix, 'npm@11'], {
    env: { ...process.env, HOME: root },
  })
}
