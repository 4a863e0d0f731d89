import type { RouteConfig } from '@asteasolutions/zod-to-openapi'
import { webhookSchema, webhookTypeSchema } from '@pollcast/shared/webhook'

const header = (name: string, description: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
})

/** What WEBHOOK_URL is sent: one for all events, whose `type` says which. */
export const webhookConfig: RouteConfig = {
  method: 'post',
  path: 'event',
  tags: ['webhooks'],
  summary: `One of ${webhookTypeSchema.options.join(', ')}`,
  description:
    'Signed as Standard Webhooks has it, with WEBHOOK_SECRET. What is not answered with 2xx within 10 s is sent again, less and less ' +
    'often, for a day.',
  parameters: [
    header('webhook-id', 'The same whenever this event is sent again.'),
    header('webhook-timestamp', 'When it was sent, in seconds since 1970.'),
    header(
      'webhook-signature',
      '`v1,` and the HMAC-SHA256, in base64, of id, timestamp and body, with full stops between them.',
    ),
  ],
  request: { body: { required: true, content: { 'application/json': { schema: webhookSchema } } } },
  responses: { 204: { description: 'It was taken. Any 2xx will do; of the body nothing is read.' } },
}
