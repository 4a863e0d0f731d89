import { privacySchema } from '@pollcast/shared/privacy'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { tempFolder } from '../../../testing/temp-folder.ts'
import { webBuild } from '../../../testing/web-build.ts'

const told = async (options: Parameters<typeof openApp>[0]) => {
  const { url } = await openApp({ ...options, webRoot: webBuild() })
  const privacy = await readAs(privacySchema, 200, await fetch(url + routes.privacy))
  const page = await (await fetch(url + routes.privacyPage)).text()
  const [, context = ''] = /id="context">(.*?)<\/script>/.exec(page) ?? []
  expect(JSON.parse(context).privacy).toEqual(privacy)
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
