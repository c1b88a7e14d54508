// Runs as its own process: POSTs bodies, each with another recipient, and prints one line of JSON.
import { measuredLoad } from './measured-load.mjs';
import { pacedLoad } from './paced-load.mjs';

const { body, firstRecipient, bearers, ...load } = JSON.parse(process.env.BENCH_LOAD);
let recipient = firstRecipient;
/** Takes turns over the accounts. */
const headersOf = () => (bearers ? { authorization: `Bearer ${bearers[recipient % bearers.length]}` } : {});
const bodyOf = () => JSON.stringify({ ...body, to: `+${recipient++}` });
const setupRequest = (blank) => ({
  ...blank,
  method: 'POST',
  headers: { ...blank.headers, ...headersOf() },
  body: bodyOf(),
});
const found = load.perSecond
  ? pacedLoad({ ...load, headersOf, bodyOf })
  : measuredLoad({ ...load, setupRequest });
console.log(JSON.stringify(await found));
