import { expect, it } from '@jest/globals';
import { nextTraceparent, parseTraceparent } from './traceparent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

it.each([
  [`00-${TRACE}-${SPAN}-01`, { traceId: TRACE, spanId: SPAN, flags: '01' }],
  [`cc-${TRACE}-${SPAN}-01-what-comes-later`, { traceId: TRACE, spanId: SPAN, flags: '01' }],
  [`00-${TRACE}-${SPAN}-01-more`, undefined],
  [`ff-${TRACE}-${SPAN}-01`, undefined],
  [`00-${'0'.repeat(32)}-${SPAN}-01`, undefined],
  [`00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
  [`00-${TRACE.toUpperCase()}-${SPAN}-01`, undefined],
  [`00-${TRACE}-${SPAN}-1`, undefined],
  [`00-${TRACE}-${SPAN}`, undefined],
  ['', undefined],
  [undefined, undefined],
  [[`00-${TRACE}-${SPAN}-01`], undefined],
])('reads %s', (header, trace) => expect(parseTraceparent(header)).toEqual(trace));

it('continues a trace with a span of its own, keeping only the sampled flag', () => {
  const next = parseTraceparent(nextTraceparent(`00-${TRACE}-${SPAN}-ff`))!;
  expect(next).toMatchObject({ traceId: TRACE, flags: '01' });
  expect(next.spanId).not.toBe(SPAN);
  expect(parseTraceparent(nextTraceparent(`00-${TRACE}-${SPAN}-02`))).toMatchObject({ flags: '00' });
});

it('begins a new trace where there is none to continue', () => {
  const [one, other] = [nextTraceparent(), nextTraceparent('nonsense')].map(parseTraceparent);
  expect(one).toMatchObject({ flags: '01' });
  expect(other!.traceId).not.toBe(one!.traceId);
});
