/**
 * What people read that the server writes: pages without the app, previews of links, charts. The keys and texts are the web
 * app's (src/i18n/en.json, by a test), so that each language is translated once; these are here for an API without the app.
 */
export const english = {
  'admin.title': 'Admin',
  'app.all-polls': 'See all polls',
  'app.ask': 'Ask a question',
  'app.try-again': 'Try again',
  'chart.none': 'No votes yet',
  'chart.none-closed': 'Closed without votes',
  'chart.of': 'Chart: {question}',
  'code.label': 'Enter your code to vote',
  'count.voters': '{count} voter | {count} voters',
  'count.votes': '{count} vote | {count} votes',
  'embed.open-to-vote': 'Open to vote',
  'front.listed': 'Listed polls',
  'hidden.until-close': 'Results are hidden until the poll closes.',
  'hidden.until-host': 'Results are hidden until the host shows them.',
  'hidden.until-vote': 'Results are hidden until you vote.',
  'hidden.until-voters': 'Results are hidden until {count} people have voted.',
  'list.closed': 'closed',
  'missing.deletedPoll': 'Poll deleted',
  'missing.deletedPoll-detail': 'This poll was deleted.',
  'missing.deletedRoom': 'Room deleted',
  'missing.deletedRoom-detail': 'This room was deleted.',
  'missing.page': 'Page not found',
  'missing.page-detail': "This page doesn't exist or was deleted. Check the link.",
  'missing.poll': 'Poll not found',
  'missing.poll-detail': "This poll doesn't exist or was deleted. Check the link.",
  'missing.room': 'Room not found',
  'missing.room-detail': "This room doesn't exist or was deleted. Check the code or the link.",
  'plain.ask-needs':
    'Asking a question needs JavaScript and a browser from 2023 or later. Reload the page to try again.',
  'plain.back': 'Back to the poll',
  'plain.closed-hidden': 'Closed. The results are hidden.',
  'plain.description': 'Ask a question, share a link, and watch the votes come in.',
  'plain.failed': "That didn't work",
  'plain.newest': 'These are the newest {count} polls.',
  'plain.no-live': 'The live view is not running: it needs JavaScript and a browser from 2023 or later.',
  'plain.no-polls': 'There are no polls yet.',
  'plain.open-poll': 'You can still open a poll and vote. Reload the page to see new votes.',
  'plain.page-needs': 'This page needs JavaScript and a browser from 2023 or later. Reload the page to try again.',
  'plain.reload': 'Reload the page to see whether it is there.',
  'plain.vote-here': 'You can still vote here. Reload the page to see new votes.',
  'poll.change': 'Change my vote',
  'poll.choose-exactly': 'Choose {count}.',
  'poll.choose-from-to': 'Choose {min} to {max}.',
  'poll.choose-one': 'Choose one.',
  'poll.choose-up-to': 'Choose up to {max}.',
  'poll.closed-final': 'Closed. Final results.',
  'poll.vote': 'Vote',
  'poll.your-vote': 'Your vote',
  'privacy.address-memory':
    'Your address is counted in memory, to limit how much can be sent, and forgotten within two hours. It is never written to disk.',
  'privacy.address-redis':
    "Your address is counted to limit how much can be sent. The counts are in Redis under a hash made with the server's key, and end within two hours; Redis may write them to disk.",
  'privacy.address-unused': 'Your address is not counted, and is never written to disk.',
  'privacy.addresses': 'Your address',
  'privacy.backups':
    'The database is backed up every night. {backups} backups are kept, so what was deleted may be in one of them for as many days.',
  'privacy.ballot':
    "Your vote is stored in the server's database ({database}), with no name, no address and no time of its own. Each poll has the time of its last vote.",
  'privacy.browser': 'Your browser',
  'privacy.burst':
    'If very many new voters come from one network at once, their votes are also stored with a random-looking number that tells no network.',
  'privacy.cookie':
    'One cookie makes sure that you vote once. It holds a random number, the number of such a crowd if you came with one, and expires after a year.',
  'privacy.copies': 'Copies',
  'privacy.for-ever': 'All of it is kept until its host, or who runs this server, deletes it.',
  'privacy.freshness':
    "One page in ten, chosen at random, reports once a minute how many milliseconds new votes took to appear, for this server's statistics. The report has nothing else in it, not which question it was either.",
  'privacy.how-long': 'For how long',
  'privacy.intro': 'What this server stores of you, where, and for how long. This page is made from its settings.',
  'privacy.keys':
    'To count a vote once that is sent twice, its answer is also kept under a hash, for two days at most.',
  'privacy.log': "The server's log has no addresses, no cookies and no text that anyone typed.",
  'privacy.log-requests':
    "The server's log has each request: its time, what kind it was, the question's id, and the answer. It has no addresses, no cookies and no text that anyone typed.",
  'privacy.no-backups': 'This server makes no backups by itself. Who runs it may.',
  'privacy.no-statistics': 'No statistics are made of visits.',
  'privacy.nothing-else': 'This page loads nothing from other servers. There is no advertising.',
  'privacy.polls': 'Questions',
  'privacy.pseudonym':
    "It has a pseudonym that is another one in each poll. With the server's key, which is in the same database, it can be matched to your browser's cookie, and to nothing else.",
  'privacy.retention':
    'A room is marked {days} days after it was last used, and deleted a day after that with all its votes, or as soon as its host deletes it.',
  'privacy.storage':
    'Your browser itself keeps your language and other settings, what you voted, drafts, and the codes and keys that you were given or entered. The server is sent of these only what you use.',
  'privacy.texts':
    'Questions, choices and settings are stored as they were written, and what hosts did, with the time.',
  'privacy.title': 'Privacy',
  'privacy.token':
    'Where the cookie does not come back, your browser keeps a token with the same number instead, and sends it with what it asks this server.',
  'privacy.votes': 'Your vote',
  'privacy.webhook':
    'When a question closes, a round starts or a room moves on, that is told to another server, which who runs this one has chosen.',
  'room.next-soon': 'The next question is coming soon',
} as const
