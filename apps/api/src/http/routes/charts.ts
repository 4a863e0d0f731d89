import type { Middleware } from 'koa'
import { PollError } from '../../polls/errors.ts'
import { kindOf } from '../../polls/kinds/index.ts'
import type { PollState } from '../../polls/state.ts'
import { chartPng } from '../chart/chart-png.ts'
import { chartSvg } from '../chart/chart-svg.ts'
import { chartStyle } from '../chart/style.ts'
import type { RouteParts } from '../parts.ts'
import type { Texts } from '../texts/languages.ts'
import { histories } from './histories.ts'

/** Pictures of a poll's results, for those who may see them. */
export function chartRoutes(parts: RouteParts) {
  const { languages, theme } = parts
  const { pollToSend, idOf } = histories(parts)
  const style = chartStyle(theme)

  /** `GET /api/polls/:id/chart.svg`: a picture, to be shown on any site. There it is asked for without the cookie. */
  const svg: Middleware = async (ctx) => {
    const texts = languages.for(ctx)
    const viewed = await pollToSend(ctx, texts.language)
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
    if (!viewed) return
    ctx.set('Content-Security-Policy', style.policy)
    ctx.type = 'image/svg+xml'
    ctx.body = svgOf(viewed.poll, texts, style.css)
  }

  /** `GET /api/polls/:id/chart.png`: the same for services that take no SVG. 501 where the server can't draw it. */
  const png: Middleware = async (ctx) => {
    const texts = languages.for(ctx)
    const viewed = await pollToSend(ctx, texts.language)
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
    if (!viewed) return
    const { poll } = viewed
    const picture = await chartPng(texts.language + idOf(viewed), () => svgOf(poll, texts, style.css), theme)
    if (!picture) throw new PollError('not-implemented', NO_PNG)
    ctx.type = 'image/png'
    ctx.body = picture
  }

  return { svg, png }
}

const NO_PNG = 'This server draws no PNG: there is no font on it, or its system is one that the library does not know.'

function svgOf(poll: PollState, texts: Texts, css: string): string {
  const { question, status, voters, content, counters } = poll
  const kind = kindOf(poll)
  return chartSvg({ question, status, voters, ...kind.showRules(content), ...kind.show(content, counters) }, texts, css)
}
