/** A fault that the person at the terminal can correct: `sayFault` prints the message without a stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

const colours = { green: 32, yellow: 33, red: 31, dim: 2, bold: 1 };
/** @type {(colour: keyof typeof colours, text: string) => string} */
const paint = (colour, text) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text;
/** @param {number} since */
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** @type {Record<'line' | 'done' | 'warn' | 'failed', (text: string) => void> & { bold: (text: string) => string }} */
export const say = {
  line: (text) => console.log(text),
  done: (text) => console.log(`${paint('green', '✔')} ${text}`),
  warn: (text) => console.log(`${paint('yellow', '!')} ${text}`),
  failed: (text) => console.log(`${paint('red', '✖')} ${text}`),
  bold: (text) => paint('bold', text),
};

/**
 * Prints an error: the message of a SetupError, or the stack of any other error.
 *
 * @param {unknown} error
 */
export function sayFault(error) {
  const { name, message, stack } = /** @type {Error} */ (error);
  say.failed(name === 'SetupError' ? message : (stack ?? message));
}

/**
 * Runs `work`. While it runs, prints the title and the latest note of `work`: after 1 s, then at intervals that double up to
 * 15 s. At the end prints one line with the title and the result's `said`, or `done`.
 *
 * @template Result
 * @param {string} title
 * @param {(note: (what: string) => void) => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function step(title, work) {
  const started = performance.now();
  let doing = '';
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @param {number} pause */
  const tellAfter = (pause) => {
    timer = setTimeout(() => {
      say.line(paint('dim', `… ${title}${doing && `: ${doing}`} (${seconds(started)})`));
      tellAfter(Math.min(pause * 2, 15_000));
    }, pause);
  };
  tellAfter(1_000);
  try {
    const result = await work((what) => (doing = what));
    say.done(`${title}: ${saidBy(result) ?? 'done'} (${seconds(started)})`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {unknown} result */
const saidBy = (result) =>
  typeof result === 'object' && result !== null && 'said' in result ? result.said : undefined;

/** @type {Record<number, string>} */
const LEVELS = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/**
 * Formats a line of a process's log: `HH:MM:SS service  level  message`. Returns undefined if the line's level is below
 * `least` (pino's numbers: 30 info, 40 warn). A line that is not JSON comes from a crash and counts as an error.
 *
 * @param {string} service
 * @param {string} text
 * @param {number} least
 */
export function readableLog(service, text, least) {
  const entry = parsed(text);
  const level = entry ? (entry.level ?? 30) : 50;
  if (level < least) return undefined;
  const time = new Date(entry?.time ?? Date.now()).toTimeString().slice(0, 8);
  const name = LEVELS[level] ?? String(level);
  const fault = entry?.err?.message && entry.err.message !== entry.msg ? `: ${entry.err.message}` : '';
  const message = entry ? `${entry.msg ?? text}${fault}` : text;
  const line = `${time} ${(entry?.service ?? service).padEnd(9)}  ${name.padEnd(5)}  ${message}`;
  return level >= 50 ? paint('red', line) : level >= 40 ? paint('yellow', line) : line;
}

/**
 * @param {string} text
 * @returns {{ level?: number, time?: string, service?: string, msg?: string, err?: { message?: string } } | undefined}
 */
function parsed(text) {
  try {
    const entry = JSON.parse(text);
    return typeof entry === 'object' && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}
