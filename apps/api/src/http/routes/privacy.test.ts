import { privacySchema } from '@pollcast/shared/privacy'
import { privacyValues, statementsOf } from '@pollcast/shared/privacy-statements'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { tempFolder } from '../../../testing/temp-folder.ts'
import { webBuild } from '../../../testing/web-build.ts'
import { escapeHtml } from '../pages/html.ts'
import { ENGLISH } from '../texts/languages.ts'

const told = async (options: Parameters<typeof openApp>[0]) => {
  const { url } = await openApp({ ...options, webRoot: webBuild() })
  const privacy = await readAs(privacySchema, 200, await fetch(url + routes.privacy))
  const page = await (await fetch(url + routes.privacyPage)).text()
  const [, context = ''] = /id="context">(.*?)<\/script>/.exec(page) ?? []
  expect(JSON.parse(context).privacy).toEqual(privacy)
  // Without the app too.
  const [, plain = ''] = /id="fallback"(.*)<\/main>/s.exec(page) ?? []
  for (const { heading, sentences } of statementsOf(privacy)) {
    for (const name of [heading, ...sentences]) {
      const text = ENGLISH.t(`privacy.${name}`, privacyValues(privacy, String))
      expect(plain).toContain(`>${escapeHtml(text)}</`)
    }
  }
  return privacy
}

test('the page about privacy, and its data, tell of the settings that the server has', async () => {
  expect(await told({})).toEqual({
    engine: 'sqlite',
    retentionDays: 0,
    hasLimits: false,
    hasRedis: false,
    logsRequests: false,
    backups: 0,
    hasWebhook: false,
    measuresFreshness: false,
  })
  const backups = { folder: tempFolder(), keep: 3 }
  expect(await told({ metricsPort: 0 })).toMatchObject({ measuresFreshness: true })
  expect(await told({ retentionDays: 30, rateLimit: true, logLevel: 'debug', backups })).toMatchObject({
    retentionDays: 30,
    hasLimits: true,
    logsRequests: true,
    backups: 3,
  })
})
