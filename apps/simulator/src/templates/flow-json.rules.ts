import { badParameter } from '../graph/graph-error.js';
import type { Fields } from '../graph/parameter.rules.js';

const MOST_BYTES = 10 * 1024 * 1024;

/** Flow JSON versions that can be published (Meta's docs, flows/changelogs, December 2025). */
const PUBLISHABLE = ['5.1', '6.0', '6.1', '6.2', '6.3', '7.0', '7.1', '7.2', '7.3'];

type FlowContent = {
  readonly version: string | undefined;
  readonly dataApiVersion: string | undefined;
  readonly errors: readonly object[];
  readonly isPublishable: boolean;
};

const wrong = (error: string, message: string, path: string) => ({
  error,
  error_type: 'FLOW_JSON_ERROR',
  message,
  line_start: 1,
  line_end: 1,
  column_start: 1,
  column_end: 1,
  pointers: path === '' ? [] : [{ line_start: 1, line_end: 1, column_start: 1, column_end: 1, path }],
});

const badValue = (property: string, path = property) =>
  wrong('INVALID_PROPERTY_VALUE', `Invalid value found for property '${property}'.`, path);

/** Reads the versions in a flow's JSON and checks `version`, the screens and the screens' ids, nothing else. */
export function flowContent(json: string | undefined): FlowContent {
  const flow = json === undefined ? {} : parsed(json);
  if (flow === undefined) {
    const errors = [wrong('INVALID_FLOW_JSON', 'The Flow JSON is not a JSON object.', '')];
    return { version: undefined, dataApiVersion: undefined, errors, isPublishable: false };
  }
  const { version, data_api_version: dataApiVersion, screens } = flow;
  const errors = json === undefined ? [] : errorsOf(version, screens);
  return {
    version: typeof version === 'string' ? version : undefined,
    dataApiVersion: typeof dataApiVersion === 'string' ? dataApiVersion : undefined,
    errors,
    isPublishable: errors.length === 0 && PUBLISHABLE.includes(String(version)),
  };
}

function errorsOf(version: unknown, screens: unknown): readonly object[] {
  const errors = typeof version === 'string' && /^\d+\.\d+$/.test(version) ? [] : [badValue('version')];
  if (!Array.isArray(screens) || screens.length === 0) return [...errors, badValue('screens')];
  const ids = (screens as readonly (Fields | null)[]).map((screen) => screen?.['id']);
  const bad = ids.flatMap((id, index) =>
    typeof id === 'string' && /^[A-Za-z_]+$/.test(id) && ids.indexOf(id) === index
      ? []
      : [badValue('id', `screens[${index}].id`)],
  );
  return [...errors, ...bad];
}

function parsed(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Flow JSON as text; some clients send the object itself. */
export function readFlowJson(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const json = typeof value === 'string' ? value : JSON.stringify(value);
  if (Buffer.byteLength(json) > MOST_BYTES) throw badParameter('Param flow_json must be at most 10 MB.');
  return json;
}
