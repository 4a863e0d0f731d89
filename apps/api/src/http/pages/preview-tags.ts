import type { Poll } from '@pollcast/shared/poll'
import type { Room } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { canDrawPng, PREVIEW } from '../chart/chart-png.ts'
import type { Texts } from '../texts/languages.ts'
import type { Looks } from './fallback.ts'
import { escapeHtml } from './html.ts'

/**
 * What other services show of a link to the page: a title, the chart as a picture (Open Graph, Twitter's cards), and where
 * they get a frame with it (oEmbed 1.0, section 4).
 *
 * @param origin what addresses for people begin with
 */
export async function previewTags(
  origin: string,
  path: string,
  shown: { poll: Poll | null; room?: Room },
  { texts, theme }: Looks,
): Promise<string> {
  const { poll, room } = shown
  const title = poll?.question || room?.title || theme.name
  const url = origin + path
  const picture = poll && !poll.resultsHidden ? await pictureOf(origin, poll, texts) : undefined
  const properties = [
    ['og:site_name', theme.name],
    ['og:type', 'website'],
    ['og:title', title],
    ['og:description', poll ? descriptionOf(poll, texts) : texts.t('room.next-soon')],
    ['og:url', url],
    ...(picture ?? []),
  ]
  const oembed = `${origin}${routes.oembed}?url=${encodeURIComponent(url)}`
  return [
    ...properties.map(([name = '', text = '']) => `<meta property="${name}" content="${escapeHtml(text)}">`),
    `<meta name="twitter:card" content="${picture ? 'summary_large_image' : 'summary'}">`,
    `<link rel="alternate" type="application/json+oembed" href="${escapeHtml(oembed)}" title="${escapeHtml(title)}">`,
  ].join('\n')
}

const CHOICES_SHOWN = 5

function descriptionOf({ choices, voters, status }: Poll, texts: Texts): string {
  const shown = choices.slice(0, CHOICES_SHOWN).map(({ text }) => text)
  const more = choices.length > CHOICES_SHOWN ? ', …' : ''
  const closed = status === 'closed' ? ` · ${texts.t('list.closed')}` : ''
  return `${shown.join(', ')}${more} · ${texts.voters(voters)}${closed}`
}

/** With the revision in its address: services keep a picture by it. */
async function pictureOf(origin: string, poll: Poll, texts: Texts): Promise<[string, string][]> {
  const isPng = await canDrawPng()
  const path = isPng ? routes.chartPng(poll.id) : routes.chartSvg(poll.id)
  return [
    ['og:image', `${origin}${path}?${poll.round}.${poll.revision}`],
    ['og:image:type', isPng ? 'image/png' : 'image/svg+xml'],
    ['og:image:alt', texts.t('chart.of', { question: poll.question })],
    ...(isPng
      ? ([
          ['og:image:width', String(PREVIEW.width)],
          ['og:image:height', String(PREVIEW.height)],
        ] as [string, string][])
      : []),
  ]
}
