import type { DeadLettersView } from '@wbiz/contracts/dead-letter';
import type { ProjectionsView, ProjectionView } from '@wbiz/contracts/projection';
import { SEALING_KEYS, type SealedTextsView } from '@wbiz/contracts/sealed';

const MOST_WORDS = 200;

/** Record content is untrusted: strip terminal control characters. */
const shown = (words: string) => words.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, MOST_WORDS);

/** One line per kind of text, then which previous keys can be removed. */
export function resealedReport({ sealed }: SealedTextsView): string {
  const lines = sealed.flatMap(({ service, setting, what, present, resealed, former }) => [
    `${service}: ${what}: ${resealed} sealed anew with ${setting} ${present}`,
    ...former.map(({ key, texts, known }) =>
      known
        ? `  ${texts} are still sealed with the previous key ${key}`
        : `  ${texts} are sealed with ${key}, which no service has any more: put it back into ${setting}_PREVIOUS; if it is lost, connect the account again, or rotate the secret`,
    ),
  ]);
  const ends = SEALING_KEYS.map((name) =>
    sealed.some(({ setting, former }) => setting === name && former.length > 0)
      ? `${name}_PREVIOUS must stay: texts are still sealed with it`
      : `${name}_PREVIOUS may go, if all holders of ${name} run with the present one`,
  );
  return [...lines, ...ends, ''].join('\n');
}

const SHOWN_PARKED = 10;

/** One line per projection, then what is halted or parked and what to do about it. */
export function projectionsReport({ projections, unreachable }: ProjectionsView): string {
  const lines = projections.flatMap((one) => {
    const still = standstills(one);
    const state = still.length > 0 ? 'stands still' : one.lag > 0 ? 'reads' : 'is up to date';
    return [`${one.service} ${one.projection}: ${state}, lag ${one.lag}`, ...still];
  });
  const away = unreachable.map((service) => `${service}: does not answer; look at its /health/ready`);
  return [...lines, ...away, ''].join('\n');
}

function standstills({ service, projection, partitions, parked }: ProjectionView): readonly string[] {
  const halted = partitions.flatMap(({ partition, halted: reason }) =>
    reason === null ? [] : [`  partition ${partition} is halted: ${shown(reason)}`],
  );
  const waiting = parked
    .slice(0, SHOWN_PARKED)
    .flatMap(({ accountId, events, since, eventId, eventType, reason, retryAt }) => [
      `  ${shown(accountId)} is parked since ${since}, ${events} events wait; the next try is at ${retryAt}`,
      `    ${shown(`${eventType} ${eventId}`)}: ${shown(reason)}`,
      `    once mended: wbiz projections retry ${service} ${projection} ${shown(accountId)}`,
    ]);
  const more = parked.length - SHOWN_PARKED;
  return [
    ...halted,
    ...(halted.length > 0 ? ['    see "A missing event" in docs/reliability.md'] : []),
    ...waiting,
    ...(more > 0 ? [`  ${more} more accounts are parked: --json shows them`] : []),
  ];
}

/** One line per dead letter, in columns. */
export function deadLettersReport({ deadLetters, found, waiting }: DeadLettersView): string {
  const rows = deadLetters.map(({ id, at, state, topic, type, accountId, code, reason }) =>
    [id, at, state, topic, type, accountId, [code, reason].filter(Boolean).join(' ')].map((text) =>
      shown(text || '-'),
    ),
  );
  const width = (column: number) => Math.max(...rows.map((row) => row[column]!.length));
  const lines = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, `${rows.length} of ${found} shown; ${waiting} wait`, ''].join('\n');
}
