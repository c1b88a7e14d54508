// A process of its own: POSTs, each body with a recipient of its own, and prints one line of JSON.
import { measuredLoad } from './measured-load.mjs';
import { pacedLoad } from './paced-load.mjs';

const { body, firstRecipient, ...load } = JSON.parse(process.env.BENCH_LOAD);
let recipient = firstRecipient;
const bodyOf = () => JSON.stringify({ ...body, to: `+${recipient++}` });
const setupRequest = (blank) => ({ ...blank, method: 'POST', body: bodyOf() });
const found = load.perSecond ? pacedLoad({ ...load, bodyOf }) : measuredLoad({ ...load, setupRequest });
console.log(JSON.stringify(await found));
