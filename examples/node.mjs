// Follows a poll by its stream until it is closed: node node.mjs http://localhost:3000 tabspace
const [url, pollId] = process.argv.slice(2)

/** The events of a stream, one after the other: lines of fields, with an empty line behind each event. */
async function* eventsOf(response) {
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const field = (name) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const data = field('data')
      // Comments keep the connection open, and say nothing.
      if (data) yield { event: field('event'), id: field('id'), data: JSON.parse(data) }
    }
  }
}

let lastId
for (let isOpen = true; isOpen; ) {
  const headers = lastId === undefined ? {} : { 'Last-Event-ID': lastId }
  try {
    const response = await fetch(`${url}/api/polls/${pollId}/stream`, { headers })
    if (!response.ok) {
      const { detail } = await response.json()
      if (response.status >= 500) throw new Error(detail)
      console.error(detail)
      process.exit(1)
    }
    for await (const { event, id, data } of eventsOf(response)) {
      if (event === 'end') {
        isOpen = data.reason === 'shutdown'
        break
      }
      lastId = id ?? lastId
      if (!data.choices) continue
      console.log(data.choices.map(({ text, votes }) => `${text}: ${votes ?? 'hidden'}`).join(', '))
      if (data.status === 'closed') {
        isOpen = false
        break
      }
    }
  } catch (error) {
    console.error(`${error.message}; trying again …`)
  }
  // A server that restarts, or a network that was gone: the stream goes on where it was.
  if (isOpen) await new Promise((resolve) => setTimeout(resolve, 1000))
}
