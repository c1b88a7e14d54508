import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { pathToFileURL } from 'node:url';

/**
 * One environment variable. `read` returns undefined for an invalid text, `expected` describes a valid one; `fallback`
 * is the text used when the variable is absent; the value of a `secret` is never printed.
 */
export type Setting<Value = unknown> = {
  readonly description: string;
  readonly expected: string;
  readonly example: string;
  readonly read: (text: string) => Value | undefined;
  readonly fallback?: string;
  readonly optional?: boolean;
  readonly secret?: boolean;
};
export type Settings = Readonly<Record<string, Setting>>;

/** The values of a table of settings. */
export type Config<Table extends Settings> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value> ? Value : never;
};

export type SettingFault = { readonly name: string; readonly fault: string; readonly setting: Setting };

/** Thrown by {@link readConfig}; the message lists every fault, one per line. */
export class InvalidConfig extends Error {
  constructor(readonly faults: readonly SettingFault[]) {
    const width = Math.max(...faults.map(({ name }) => name.length));
    const lines = faults.map(
      ({ name, fault, setting: { expected, example } }) =>
        `  ${name.padEnd(width)}  ${fault}; expected ${expected}, e.g. ${example}`,
    );
    super(
      [`${faults.length === 1 ? '1 setting is' : `${faults.length} settings are`} wrong:`, ...lines].join(
        '\n',
      ),
    );
    this.name = 'InvalidConfig';
  }
}

/** Reads the table's variables from `env`; an empty one counts as absent. Throws {@link InvalidConfig} with all faults. */
export function readConfig<Table extends Settings>(table: Table, env: NodeJS.ProcessEnv): Config<Table> {
  const faults: SettingFault[] = [];
  const read = ([name, setting]: [string, Setting]) => {
    const text = env[name]?.trim() || setting.fallback;
    if (text === undefined) {
      if (!setting.optional) faults.push({ name, setting, fault: 'is missing' });
      return [name, undefined];
    }
    const value = setting.read(text);
    if (value === undefined)
      faults.push({
        name,
        setting,
        fault: setting.secret ? 'is set to something else' : `is ${JSON.stringify(text)}`,
      });
    return [name, value];
  };
  const config = Object.fromEntries(Object.entries(table).map(read)) as Config<Table>;
  if (faults.length) throw new InvalidConfig(faults);
  return config;
}

/** The environment of one of several services in a process: `CONTACTS_RPC_PORT` is RPC_PORT for contacts only. */
export function environmentOf(service: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const prefix = `${service.toUpperCase()}_`;
  const own = Object.entries(env).filter(([name]) => name.startsWith(prefix));
  return { ...env, ...Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value])) };
}

/**
 * Throws {@link InvalidConfig} with the settings of `names` that are absent; to be called where other settings require
 * them.
 */
export function requireSettings<Table extends Settings>(
  table: Table,
  config: Config<Table>,
  names: readonly (keyof Table & string)[],
): void {
  const faults = names
    .filter((name) => config[name] === undefined)
    .map((name) => ({ name, setting: table[name]!, fault: 'is missing' }));
  if (faults.length) throw new InvalidConfig(faults);
}

/** The values of all secrets in `env`; the log leaves them out. */
export function secretTexts(table: Settings, env: NodeJS.ProcessEnv): string[] {
  return Object.entries(table).flatMap(([name, { secret }]) => (secret && env[name]?.trim()) || []);
}

/** The table of settings as Markdown, for docs/settings.md. */
export function settingsMarkdown(table: Settings): string {
  const rows = Object.entries(table).map(([name, { description, fallback, optional, example }]) => {
    const standard = fallback === undefined ? (optional ? 'none' : 'required') : `\`${fallback}\``;
    return `| \`${name}\` | ${description} | ${standard} | \`${example}\` |`;
  });
  return ['| variable | what it is | default | example |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

type Description = {
  readonly description: string;
  readonly example: string;
  readonly fallback?: string;
  readonly optional?: true;
  readonly secret?: true;
};
type Read<Value, Described> = Setting<Described extends { optional: true } ? Value | undefined : Value>;

const kind =
  <Value>(expected: string, read: (text: string) => Value | undefined) =>
  <const Described extends Description>(described: Described) =>
    ({ ...described, expected, read }) as Read<Value, Described>;

const digits = /^\d{1,15}$/;
const within = (min: number, max: number) => (text: string) =>
  digits.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined;

export const text = (min = 1) =>
  kind(min > 1 ? `at least ${min} characters` : 'a text', (given) =>
    given.length >= min ? given : undefined,
  );
export const whole = (min: number, max: number) =>
  kind(`a whole number from ${min} to ${max}`, within(min, max));
export const share = kind('a number from 0 to 1', (given) =>
  /^(0|1|0?\.\d{1,9}|1\.0{1,9})$/.test(given) ? Number(given) : undefined,
);
/** `name=value,name=value`, the values percent-encoded. */
export const pairs = kind('a list name=value,name=value', (given) =>
  given.split(',').every((pair) => /^\s*[\w.-]+=(?:[^%,]|%[\da-fA-F]{2})*$/.test(pair)) ? given : undefined,
);
export const port = kind('a port from 1 to 65535', within(1, 65_535));
export const flag = kind(
  'true or false',
  (given) => given === 'true' || (given === 'false' ? false : undefined),
);

export const oneOf = <const Values extends readonly string[]>(values: Values) =>
  kind(`one of ${values.join(', ')}`, (given): Values[number] | undefined =>
    values.find((value) => value === given),
  );

/** A list of some of the given values, each at most once. */
export const someOf = <const Values extends readonly string[]>(values: Values) =>
  kind(`a list of some of ${values.join(', ')}`, (given): Values[number][] | undefined => {
    const list = given.split(',').map((one) => values.find((value) => value === one.trim()));
    const known = list.filter((one) => one !== undefined);
    return new Set(known).size === list.length ? known : undefined;
  });

/** `key=name,key=name`, with exactly one name for each of the given keys. */
export const namesOf = <const Keys extends readonly string[]>(keys: Keys) =>
  kind(
    `a list key=name for each of ${keys.join(', ')}`,
    (given): Record<Keys[number], string> | undefined => {
      const list = given.split(',').map((one) => one.trim().split('='));
      const isFor = (key: string) => list.filter(([known, name]) => known === key && name).length === 1;
      return list.length === keys.length && list.every(({ length }) => length === 2) && keys.every(isFor)
        ? (Object.fromEntries(list) as Record<Keys[number], string>)
        : undefined;
    },
  );

/** A URL of one of the given schemes; a slash at its end is removed. */
export const url = (...schemes: string[]) =>
  kind(`a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`, (given) =>
    URL.canParse(given) && schemes.includes(new URL(given).protocol.slice(0, -1)) && new URL(given).hostname
      ? given.replace(/\/+$/, '')
      : undefined,
  );

/** Where media are stored; a bare path is a directory. */
export const mediaStore = kind('an absolute directory, file:///directory or s3://bucket/prefix', (given) => {
  if (given.startsWith('/')) return pathToFileURL(given).href;
  if (!URL.canParse(given)) return undefined;
  const { protocol, host } = new URL(given);
  return (protocol === 'file:' && host === '') || (protocol === 's3:' && host !== '') ? given : undefined;
});

/** The variable holds the path of a file; the setting's value is the file's content. */
export const file = kind('the path of a file that can be read', (given) =>
  isReadable(given) ? readFileSync(given) : undefined,
);
const isReadable = (path: string) => {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false; // no such file, or no access
  }
};

const isAddress = (given: string) => {
  const [, host, number] = /^([\w.-]+|\[[\da-fA-F:.]+\]):(\d{1,5})$/.exec(given) ?? [];
  return host !== undefined && within(1, 65_535)(number ?? '') !== undefined;
};
export const address = kind('host:port', (given) => (isAddress(given) ? given : undefined));
export const addresses = kind('a list host:port,host:port', (given) => {
  const list = given.split(',').map((one) => one.trim());
  return list.every(isAddress) ? list : undefined;
});

/** Whether the text is an IP address, or a network such as 10.0.0.0/8. */
const isNetwork = (given: string) => {
  const [, host = '', bits] = /^([\da-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(given) ?? [];
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(host)]!;
  return most > 0 && (bits === undefined || within(1, most)(bits) !== undefined);
};
/** A list of IP addresses and networks. */
export const networks = kind('a list of addresses and networks', (given) => {
  const list = given.split(',').map((one) => one.trim());
  return list.every(isNetwork) ? list : undefined;
});
/** The trusted proxies: how many (the last ones in the chain), or their addresses and networks. */
export const proxies = kind(
  'a number of proxies from 1 to 16, or a list of addresses and networks',
  (given): number | string[] | undefined => {
    const list = given.split(',').map((one) => one.trim());
    return within(1, 16)(given) ?? (list.every(isNetwork) ? list : undefined);
  },
);

const readKey = (given: string) => {
  const bytes = Buffer.from(given, 'base64');
  return bytes.length === 32 && bytes.toString('base64').replace(/=+$/, '') === given.replace(/=+$/, '')
    ? bytes
    : undefined;
};
/** 32 bytes in base64. */
export const key = kind('32 bytes in base64 (openssl rand -base64 32)', readKey);
export const keys = kind('a list of keys of 32 bytes in base64', (given) => {
  const list = given.split(',').map((one) => readKey(one.trim()));
  return list.includes(undefined) ? undefined : list.filter((one) => one !== undefined);
});
