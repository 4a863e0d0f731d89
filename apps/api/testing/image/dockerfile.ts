import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Copy, DockerfileParser, type Env, type From, type Instruction } from 'dockerfile-ast'
import { ROOT } from '../built-server.ts'

export type { Instruction }

/** What a FROM begins. */
export interface Stage {
  /** An image such as `node:24-bookworm`, or an earlier stage. */
  base: string
  /** Undefined where nothing copies from it. */
  name: string | undefined
  instructions: Instruction[]
}

/** The Dockerfile of this repository. */
export function readStages(): Stage[] {
  const stages: Stage[] = []
  for (const instruction of DockerfileParser.parse(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).getInstructions()) {
    if (instruction.getKeyword() === 'FROM') {
      const from = instruction as From
      stages.push({ base: from.getImage() ?? '', name: from.getBuildStage() ?? undefined, instructions: [] })
    } else stages.at(-1)?.instructions.push(instruction)
  }
  return stages
}

/** What a COPY copies: from another stage, or from the build's context. */
export function copyOf(instruction: Instruction): { from: string | undefined; sources: string[]; to: string } {
  const flags = (instruction as Copy).getFlags()
  const from = flags.find((flag) => flag.getName() === 'from')?.getValue() ?? undefined
  const paths = instruction.getArguments().map((argument) => argument.getValue())
  const [to = ''] = paths.splice(-1)
  return { from, sources: paths, to }
}

export const environmentOf = (instruction: Instruction): [string, string][] =>
  (instruction as Env).getProperties().map((property) => [property.getName(), property.getValue() ?? ''])

/** The words of a command in JSON; none where it is for a shell. */
export function wordsOf(instruction: Instruction): string[] {
  const [json] = /\[.*\]$/s.exec(instruction.getArgumentsContent() ?? '') ?? []
  return json === undefined ? [] : JSON.parse(json)
}

/** What a RUN gives to the shell. */
export const scriptOf = (instruction: Instruction): string => instruction.getRawArgumentsContent() ?? ''

/** The patterns of .dockerignore. */
export const readIgnored = (): string[] =>
  readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
