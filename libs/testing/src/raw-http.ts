import { connect } from 'node:net';
import { until } from './stack.js';

/** A TCP connection to the host of a URL, for requests that no HTTP client would send. */
export function rawHttp(url: string) {
  const { hostname, port } = new URL(url);
  let said = '';
  const socket = connect(Number(port), hostname)
    .setEncoding('latin1')
    .on('data', (text) => (said += text))
    .on('error', () => undefined);
  return {
    send: (text: string) => void socket.write(text, 'latin1'),
    /** Sends the head of a request with a Content-Length of `bytes`, and no body. */
    head: (path: string, bytes: number, headers: Record<string, string> = {}, method = 'POST') => {
      const all = { host: hostname, 'content-type': 'application/json', ...headers };
      const lines = Object.entries({ ...all, 'content-length': String(bytes) }).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    },
    /** Resolves to everything received once it matches `form`. */
    said: (form: RegExp, timeoutMs = 5_000) =>
      until(() => form.test(said) && said, { timeoutMs, describe: `${form} in: ${said}` }),
    /** Resolves when the other side has closed. */
    closed: new Promise<void>((resolve) => socket.once('close', () => resolve())),
    isClosed: () => socket.destroyed,
    close: () => socket.destroy(),
  };
}
