import { accessSync, constants } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

/** The folder, ignored by git, for screenshots that people may look at after the tests. */
const SHOTS = join(import.meta.dirname, '../results/console');
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 844 };
/** Switches off the browser's own background requests, and its sandbox, which does not start as root. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/**
 * The path of Chromium: `CHROMIUM`, or the first found on the PATH. If there is none, returns undefined, and the tests that
 * need a browser are skipped; with `CHROMIUM_REQUIRED` set, as in CI, throws.
 */
export function chromiumPath(): string | undefined {
  const { CHROMIUM, CHROMIUM_REQUIRED, PATH = '' } = process.env;
  if (CHROMIUM) return CHROMIUM;
  const found = ['/usr/bin', ...PATH.split(delimiter)]
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(isExecutable);
  if (!found && CHROMIUM_REQUIRED) throw new Error(`No ${NAMES.join(', ')} on the PATH, nor CHROMIUM set.`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // no such file
  }
}

type Violation = {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { html: string }[];
};
/** Resolves once the page is drawn and all its transitions have ended, so that colours are final. */
const DRAWN = `new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))).then(() =>
  Promise.allSettled(document.getAnimations().map((one) => one instanceof CSSTransition && one.finished)))`;
const SERIOUS = ['serious', 'critical'];
const ONLY_COLOURS = { runOnly: { type: 'rule', values: ['color-contrast'] } };

export type Visit = Awaited<ReturnType<typeof visit>>;

/** Starts a browser for the pages of `origin`; records script errors, console errors and requests to other origins. */
export async function visit(executablePath: string, origin: string) {
  const browser = await chromium.launch({ executablePath, args: ARGS });
  const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await mkdir(SHOTS, { recursive: true });

  /** Opens a page with cookies of its own; `foreign` and `faults` fill with the requests and errors recorded. */
  const sitDown = async () => {
    const context = await browser.newContext({ viewport: WIDE, locale: 'en-GB', reducedMotion: 'reduce' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
    context.setDefaultTimeout(10_000);
    const foreign: string[] = [];
    const faults: string[] = [];
    context.on('request', (request) => {
      const { protocol, origin: asked } = new URL(request.url());
      if (!['data:', 'blob:'].includes(protocol) && asked !== origin) foreign.push(request.url());
    });
    context.on('weberror', (error) => faults.push(String(error.error())));
    context.on('console', (message) => {
      if (message.type() === 'error') faults.push(`${message.text()} (${message.location().url})`);
    });
    return { context, page: await context.newPage(), foreign, faults };
  };
  return { sitDown, close: () => browser.close(), axeSource };
}

/** Finds serious accessibility faults and sideways scrolling in wide, narrow, light and dark view; saves screenshots. */
export async function faultsOf(page: Page, name: string, axeSource: string): Promise<string[]> {
  const faults: string[] = [];
  await page.bringToFront();
  await page.evaluate(axeSource);
  for (const [size, viewport] of [
    ['wide', WIDE],
    ['narrow', NARROW],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.evaluate<unknown>(DRAWN);
      const at = `${name} ${size} ${colorScheme}`;
      if (size === 'wide' || colorScheme === 'light')
        await page.screenshot({ path: join(SHOTS, `${at.replaceAll(' ', '-')}.png`) });
      // The dark theme differs from the light one in colours only.
      const options = { resultTypes: ['violations'], ...(colorScheme === 'dark' && ONLY_COLOURS) };
      const found = await page.evaluate<{ violations: Violation[] }>(
        `axe.run(document, ${JSON.stringify(options)})`,
      );
      for (const { id, impact, nodes } of found.violations)
        if (SERIOUS.includes(impact ?? '')) faults.push(`${at}: ${id} at ${nodes[0]!.html.slice(0, 200)}`);
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      if (over > 0) faults.push(`${at}: scrolls sideways by ${over} px`);
    }
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: 'light' });
  return faults;
}

/** Starts counting the bytes that the page receives over the network, headers included; the result reads the count. */
export async function meter(context: BrowserContext, page: Page) {
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  let bytes = 0;
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  return () => bytes;
}
