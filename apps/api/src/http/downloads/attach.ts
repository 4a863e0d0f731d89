import type { Context } from 'koa'
import type { PollState, RoomState } from '../../polls/state.ts'
import { fileName } from './file-name.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

interface Title {
  title: string
  /** Stands in for a title of which nothing is left. */
  id: string
}

export const titleOf = ({ question, id }: PollState): Title => ({ title: question, id })
export const titleOfRoom = ({ title, code }: RoomState): Title => ({ title: title || `Room ${code}`, id: code })

/** Has browsers save the answer under a name that says what it is (RFC 6266). */
export function attach(ctx: Context, { title, id }: Title, ending: string, type: string): void {
  const { name, fallback } = fileName(title, id, ending)
  ctx.set('Content-Type', type)
  ctx.attachment(name, { fallback })
}
