// Makes the demo account and its API key for docker compose's profile `simulator`, as npm start does.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { howToTry, makeDemo } from '../../scripts/demo.ts';

const { META_APP_SECRET, META_VERIFY_TOKEN, SIMULATOR_CONTROL_TOKEN } = process.env;
const { ADMIN_TOKEN, GATEWAY_URL, PORT, DEMO_FILE, SIMULATOR_URL } = process.env as Record<
  'ADMIN_TOKEN' | 'GATEWAY_URL' | 'PORT' | 'DEMO_FILE' | 'SIMULATOR_URL',
  string
>;
const built = new URL('../../libs/contracts/dist/scopes.js', import.meta.url).href;
const { SCOPES } = (await import(built)) as { SCOPES: readonly string[] };
/** The URL of the first gateway. PORT may be a range (3000-3001) with a port for each gateway. */
const publicUrl = `http://127.0.0.1:${PORT.split('-')[0]}`;

const demo = await makeDemo({
  baseUrl: `${GATEWAY_URL}/api`,
  adminToken: ADMIN_TOKEN,
  simulatorUrl: SIMULATOR_URL,
  controlToken: SIMULATOR_CONTROL_TOKEN,
  metaApp: { META_APP_SECRET, META_VERIFY_TOKEN },
  scopes: SCOPES,
  known: existsSync(DEMO_FILE) ? JSON.parse(readFileSync(DEMO_FILE, 'utf8')) : {},
});
writeFileSync(DEMO_FILE, JSON.stringify(demo), { mode: 0o600 });
console.log(`${howToTry({ ...demo, baseUrl: `${publicUrl}/api` })}
The reference of the whole API, with try-it: ${publicUrl}/docs`);
