// POSTs bodies, each with another recipient, and prints the result as one line of JSON. Runs as a process of its own.
import { jobOf, tellFound } from './jobs.ts';
import { measuredLoad } from './measured-load.ts';
import { pacedLoad } from './paced-load.ts';

const { loop, urls, seconds, headers, bearers, body, firstRecipient } = jobOf('http-load');
let recipient = firstRecipient;
/** The headers of the next request, with the accounts' API keys in turn. */
const headersOf = () => ({
  'content-type': 'application/json',
  ...headers,
  ...(bearers && { authorization: `Bearer ${bearers[recipient % bearers.length]}` }),
});
const bodyOf = () => JSON.stringify({ ...body, to: `+${recipient++}` });
const requestOf = () => ({ method: 'POST', headers: headersOf(), body: bodyOf() });
const found =
  loop.perSecond === undefined
    ? measuredLoad({ urls, seconds, connections: loop.connections, requestOf })
    : pacedLoad({ urls, seconds, perSecond: loop.perSecond, headersOf, bodyOf });
tellFound('http-load', await found);
