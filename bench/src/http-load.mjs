// A process of its own: POSTs, each body with a recipient of its own, and prints one line of JSON.
import { measuredLoad } from './measured-load.mjs';

const { body, firstRecipient, ...load } = JSON.parse(process.env.BENCH_LOAD);
let recipient = firstRecipient;
const setupRequest = (blank) => ({
  ...blank,
  method: 'POST',
  body: JSON.stringify({ ...body, to: `+${recipient++}` }),
});
console.log(JSON.stringify(await measuredLoad({ ...load, setupRequest })));
