import { createHash } from 'node:crypto'
import { routes } from '@pollcast/shared/routes'
import type { Middleware } from 'koa'
import * as z from 'zod'
import { version } from '../../lib/version.ts'
import { PollError } from '../../polls/errors.ts'
import { escapeHtml } from '../pages/html.ts'
import type { RouteParts } from '../parts.ts'
import { requireRoomCode } from '../request/addresses.ts'
import { validate } from '../request/body.ts'

const querySchema = z.object({ room: z.string('Give it once.').optional() })

/**
 * `GET /office/manifest.xml`: the add-in that shows a room on a slide of PowerPoint; with `?room=CODE` always that one, else
 * the one whose code is entered. PowerPoint opens https only, at an address that stays: so PUBLIC_URL has to be set.
 */
export function officeManifestRoute({ publicUrl, theme }: RouteParts): Middleware {
  return (ctx) => {
    const { room } = validate(querySchema, ctx.query, 'invalid-query')
    const path = room === undefined ? routes.embedPage : routes.roomEmbed(requireRoomCode(room))
    if (!publicUrl?.startsWith('https:')) {
      throw new PollError(
        'not-found',
        'PowerPoint shows pages over https only. Set PUBLIC_URL to the https address of this server, and start it again.',
      )
    }
    ctx.type = 'application/xml'
    ctx.attachment('pollcast.xml')
    ctx.body = manifest(theme.name, publicUrl, path)
  }
}

/** A content add-in. Schema 1.1 is the only one that such add-ins can have on all of PowerPoint's platforms. */
const manifest = (name: string, url: string, path: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="ContentApp">
  <Id>${idOf(url + path)}</Id>
  <Version>${version()}.0</Version>
  <ProviderName>${escapeHtml(name)}</ProviderName>
  <DefaultLocale>en-US</DefaultLocale>
  <DisplayName DefaultValue="${escapeHtml(name)}"/>
  <Description DefaultValue="Ask the room, and watch it answer on your slide."/>
  <SupportUrl DefaultValue="${escapeHtml(url)}"/>
  <AppDomains>
    <AppDomain>${escapeHtml(new URL(url).origin)}</AppDomain>
  </AppDomains>
  <Hosts>
    <Host Name="Presentation"/>
  </Hosts>
  <DefaultSettings>
    <SourceLocation DefaultValue="${escapeHtml(url + path)}"/>
    <RequestedWidth>960</RequestedWidth>
    <RequestedHeight>540</RequestedHeight>
  </DefaultSettings>
  <Permissions>Restricted</Permissions>
</OfficeApp>
`

/** Always the same one for an address, as a UUID (RFC 9562, section 5.8): PowerPoint knows an add-in by it. */
function idOf(address: string): string {
  const hex = createHash('sha256').update(address).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
