// Compiles our TypeScript when Node loads it, test code too, so that no build is needed: see NODE_ON_SOURCES.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { transformSync } from '@swc/core';

const config = new URL('../../../.swcrc', import.meta.url);
const { exclude: _, ...swc } = JSON.parse(readFileSync(config, 'utf8'));
/** @param {string} url */
const ours = (url) => url.startsWith('file:') && url.endsWith('.ts') && !url.includes('/node_modules/');

registerHooks({
  resolve(specifier, context, next) {
    const ts = specifier.startsWith('.') && ours(context.parentURL ?? '') && specifier.endsWith('.js');
    return next(ts ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
  load(url, context, next) {
    if (!ours(url)) return next(url, context);
    const options = { ...swc, swcrc: false, sourceMaps: 'inline' };
    const { code } = transformSync(readFileSync(new URL(url), 'utf8'), options);
    return { format: 'module', source: code, shortCircuit: true };
  },
});
