import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';

export type Env = Readonly<Record<string, string | undefined>>;
export type Given = Readonly<Record<string, string | boolean | string[] | undefined>>;
export type Surroundings = {
  readonly env: Env;
  readonly cwd: string;
  readonly stdin: () => Promise<string>;
};
export type Arguments = {
  /** Names of the positional arguments; 'any': any number. */
  readonly operands: readonly string[] | 'any';
  readonly options?: Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>;
};

/** Wrong usage: exit code 2. */
export class Usage extends Error {}

export function readArgs({ operands, options = {} }: Arguments, args: readonly string[]) {
  let read;
  try {
    read = parseArgs({
      args: [...args],
      options: options as ParseArgsConfig['options'],
      allowPositionals: true,
    });
  } catch (error) {
    throw new Usage((error as Error).message);
  }
  if (operands !== 'any' && read.positionals.length !== operands.length)
    throw new Usage(`expected ${operands.map((name) => `<${name}>`).join(' ') || 'options only'}`);
  return { operands: read.positionals, given: read.values as Given };
}

type Demo = {
  readonly baseUrl: string;
  readonly adminToken: string;
  readonly apiKey: string;
  readonly simulatorUrl?: string;
};
const IN_DEMO = { WBIZ_ADMIN_TOKEN: 'adminToken', WBIZ_API_KEY: 'apiKey' } as const;

/** The API's URL, ending in /api, and its secret. A secret is only sent to the installation it was given for. */
export function installation({ env, cwd }: Surroundings, variable: keyof typeof IN_DEMO) {
  const { WBIZ_URL: url, [variable]: given } = env;
  if (url && !given) throw new Usage(`WBIZ_URL is set, but ${variable} is not`);
  const demo = url ? undefined : demoIn(cwd);
  const base = (url ?? demo?.baseUrl)?.replace(/\/+$/, '').replace(/\/api$/, '');
  const secret = given ?? demo?.[IN_DEMO[variable]];
  if (!base || !secret) throw new Usage(`neither WBIZ_URL and ${variable} nor a .wbiz/demo.json are there`);
  if (!URL.canParse(base)) throw new Usage(`WBIZ_URL is "${base}", which is no URL`);
  return { url: `${base}/api`, secret };
}

/** The URL of the installation's simulator. */
export function simulator({ env, cwd }: Surroundings): string {
  const url = env['WBIZ_SIMULATOR_URL'] ?? (env['WBIZ_URL'] ? undefined : demoIn(cwd)?.simulatorUrl);
  if (!url) throw new Usage('neither WBIZ_SIMULATOR_URL nor a .wbiz/demo.json with a simulator are there');
  if (!URL.canParse(url)) throw new Usage(`WBIZ_SIMULATOR_URL is "${url}", which is no URL`);
  return url.replace(/\/+$/, '');
}

function demoIn(folder: string): Demo | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, '.wbiz', 'demo.json'), 'utf8')) as Demo;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return dirname(folder) === folder ? undefined : demoIn(dirname(folder));
  }
}
