import { badParameter, missingParameter, notOneOf, refuse, unknownEdge } from '../graph/graph-error.js';
import type { Graph, GraphCall, GraphHandler } from '../graph/graph-middleware.js';
import { pageOfPlaces } from '../graph/paging.js';
import { textList, timeParameter, type Fields } from '../graph/parameter.rules.js';
import type { State } from '../graph/state.js';
import { unixSeconds } from '../graph/times.js';
import type { Insights, Tally } from './insights.js';

type Span = { readonly start: number; readonly end: number };

const spanFrom = (start: number, seconds: number): Span => ({ start, end: start + seconds });

const half = (at: number) => spanFrom(at, 1800);
const day = (at: number) => spanFrom(at - (at % DAY_S), DAY_S);
const month = (at: number): Span => {
  const date = new Date(at * 1000);
  const first = (later: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later) / 1000;
  return { start: first(0), end: first(1) };
};

type Granularities = Readonly<Record<string, (at: number) => Span>>;

const OF_MESSAGES: Granularities = { HALF_HOUR: half, DAY: day, MONTH: month };
const OF_PRICES: Granularities = { HALF_HOUR: half, DAILY: day, MONTHLY: month };

// INR per message (Meta's rates of July 2026 for India), used for every country.
const PRICES: Readonly<Record<string, number>> = {
  marketing: 0.8631,
  utility: 0.115,
  authentication: 0.115,
  service: 0.115,
};

// Meta's product types: 2 for service messages, 0 (notifications) for all other messages.
const NOTIFICATION = '0';
const PRODUCT_TYPES: Readonly<Record<string, string>> = { service: '2' };

const MOST_TEMPLATES = 10;
const DAY_S = 86_400;
const YEAR_S = 366 * DAY_S;

/** Reads an analytics call's time span and granularity. */
function readSpan(params: Fields, granularities: Granularities) {
  const start = timeParameter(params['start'], 'start');
  const end = timeParameter(params['end'], 'end');
  if (end <= start) throw badParameter('Param end must be later than start.');
  const { granularity } = params;
  if (granularity === undefined) throw missingParameter('granularity');
  const name = String(granularity).toUpperCase();
  if (!Object.hasOwn(granularities, name))
    throw notOneOf('granularity', Object.keys(granularities), granularity);
  return { start, end, granularity: name, spanOf: granularities[name]! };
}

/** True if the filter's list contains this value, or is empty or absent. */
const asksFor = (list: unknown, value: string): boolean => {
  const wanted = textList(list) ?? [];
  return wanted.length === 0 || wanted.some((item) => item.toUpperCase() === value.toUpperCase());
};

/** Groups tallies by key, earliest first. */
function grouped<Key extends object>(tallies: readonly Tally[], keyOf: (tally: Tally) => Key & Span) {
  const groups = new Map<string, { key: Key & Span; tallies: Tally[] }>();
  for (const tally of tallies) {
    const key = keyOf(tally);
    const name = JSON.stringify(key);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { key, tallies: [tally] });
    else group.tallies.push(tally);
  }
  return [...groups.values()].sort((one, other) => one.key.start - other.key.start);
}

const sum = (tallies: readonly Tally[], of: 'sent' | 'delivered' | 'read') =>
  tallies.reduce((total, tally) => total + tally[of], 0);
const cost = (tallies: readonly Tally[]) =>
  Math.round(
    tallies.reduce((total, { category, delivered }) => total + delivered * (PRICES[category] ?? 0), 0) * 1e4,
  ) / 1e4;

/** Routes of a WABA's analytics (Meta's docs, analytics); `GET /{WABA}` can show each as a field too. */
export function analyticsRoutes({
  graph,
  state,
  insights,
}: {
  graph: Graph;
  state: State;
  insights: Insights;
}): Record<string, GraphHandler> {
  const waba = (call: GraphCall) => graph.managedNode(call, call.path['id']!, 'waba');

  /** The account's tallies within the span that match the filters. */
  const talliesOf = (wabaId: string, params: Fields, { start, end }: Span) =>
    insights
      .of(wabaId, start, end)
      .filter(
        ({ phone, country, category }) =>
          asksFor(params['phone_numbers'], phone) &&
          asksFor(params['country_codes'], country) &&
          asksFor(params['product_types'], PRODUCT_TYPES[category] ?? NOTIFICATION),
      );

  const messages: GraphHandler = (call) => {
    const { id } = waba(call);
    const { params } = call;
    const { spanOf, granularity, ...span } = readSpan(params, OF_MESSAGES);
    const tallies = talliesOf(id, params, span);
    const numbers = state.of('phone', id).map(({ digits }) => digits);
    return {
      phone_numbers: numbers.filter((digits) => asksFor(params['phone_numbers'], digits)),
      country_codes: [...new Set(tallies.map(({ country }) => country))].sort(),
      granularity,
      data_points: grouped(tallies, ({ at }) => spanOf(at)).map(({ key, tallies: group }) => ({
        ...key,
        sent: sum(group, 'sent'),
        delivered: sum(group, 'delivered'),
      })),
    };
  };

  /** Always empty: Meta charges per message and no longer counts conversations. */
  const conversations: GraphHandler = (call) => {
    waba(call);
    readSpan(call.params, OF_PRICES);
    return { data: [{ data_points: [] }] };
  };

  const prices: GraphHandler = (call) => {
    const { id } = waba(call);
    const { params } = call;
    const { spanOf, ...span } = readSpan(params, OF_PRICES);
    const dimensions = (textList(params['dimensions']) ?? []).map((name) => name.toUpperCase());
    const has = (name: string) => dimensions.includes(name);
    const wanted = talliesOf(id, params, span).filter(
      ({ category, delivered }) => delivered > 0 && asksFor(params['pricing_categories'], category),
    );
    const charged = asksFor(params['pricing_types'], 'REGULAR') ? wanted : [];
    const points = grouped(charged, ({ at, country, phone, category }) => ({
      ...spanOf(at),
      ...(has('COUNTRY') ? { country } : {}),
      ...(has('PHONE') ? { phone_number: phone } : {}),
      ...(has('TIER') ? { tier: '0:MAX' } : {}),
      ...(has('PRICING_TYPE') ? { pricing_type: 'REGULAR' } : {}),
      ...(has('PRICING_CATEGORY') ? { pricing_category: category.toUpperCase() } : {}),
    }));
    const metrics = params['metric_types'];
    return {
      data: [
        {
          data_points: points.map(({ key, tallies }) => ({
            ...key,
            ...(asksFor(metrics, 'VOLUME') ? { volume: sum(tallies, 'delivered') } : {}),
            ...(asksFor(metrics, 'COST') ? { cost: cost(tallies) } : {}),
          })),
        },
      ],
    };
  };

  const templates: GraphHandler = (call) => {
    // Captured from Meta: an unknown id is refused here as if it named a user, which has no edge `template_analytics`.
    if (!state.nodes.has(call.path['id']!)) throw unknownEdge('template_analytics', 'User');
    const { id, hasInsights } = waba(call);
    const { params } = call;
    if (hasInsights !== true) throw refuse(200007, 'Enable template insights for this account first.');
    const span = readSpan(params, { DAILY: day });
    const ids = textList(params['template_ids']);
    if (ids === undefined) throw missingParameter('template_ids');
    if (ids.length < 1 || ids.length > MOST_TEMPLATES)
      throw badParameter(`Param template_ids must be an array of 1 to ${MOST_TEMPLATES} elements.`);
    const days = daysOf(span);
    const own = state.of('template', id).filter((template) => ids.includes(template.id));
    const places = own
      .sort((one, other) => Number(one.id) - Number(other.id))
      .flatMap((template) => days.map((start) => ({ templateId: template.id, ...spanFrom(start, DAY_S) })));
    const { data, paging } = pageOfPlaces(places, call);
    const metrics = textList(params['metric_types']) ?? [];
    const points = data.map(({ templateId, start, end }) => {
      const tallies = insights.of(id, start, end).filter((tally) => tally.templateId === templateId);
      return { template_id: templateId, start, end, ...figuresOf(tallies, metrics) };
    });
    const item = {
      granularity: 'DAILY',
      product_type: 'cloud_api',
      ...(points.length === 0 ? {} : { data_points: points }),
    };
    return { data: [item], paging };
  };

  return {
    'GET analytics': messages,
    'GET conversation_analytics': conversations,
    'GET pricing_analytics': prices,
    'GET template_analytics': templates,
  };
}

/** Starts of days (unix seconds) from the day of `start`, at most a year ago, to the first at or after `end` (captured from Meta). */
function daysOf({ start, end }: Span): readonly number[] {
  const now = unixSeconds();
  const first = Math.max(day(start).start, day(now - YEAR_S).start);
  const last = Math.min(day(end + DAY_S - 1).start, day(now).end);
  return Array.from({ length: Math.max(0, (last - first) / DAY_S + 1) }, (_, index) => first + index * DAY_S);
}

/** Captured from Meta: `replied` is shown only if the call names no metric. It is 0: the simulator's people do not reply. */
function figuresOf(tallies: readonly Tally[], metrics: readonly string[]) {
  const counted = (['sent', 'delivered', 'read'] as const).filter((metric) => asksFor(metrics, metric));
  return {
    ...Object.fromEntries(counted.map((metric) => [metric, sum(tallies, metric)])),
    ...(metrics.length === 0 ? { replied: 0 } : {}),
    ...(asksFor(metrics, 'COST') ? { cost: costsOf(tallies) } : {}),
  };
}

/** Captured from Meta: a cost of 0 has no `value`. */
function costsOf(tallies: readonly Tally[]) {
  const spent = cost(tallies);
  const delivered = sum(tallies, 'delivered');
  return [
    { type: 'amount_spent', ...(spent === 0 ? {} : { value: spent }) },
    { type: 'cost_per_delivered', ...(spent === 0 ? {} : { value: spent / delivered }) },
    { type: 'cost_per_url_button_click' },
  ];
}
