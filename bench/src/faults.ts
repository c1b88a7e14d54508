import { mapValues } from './amounts.ts';
import type { Loaded } from './answers.ts';
import type { CampaignFigures } from './campaigns.ts';
import type { ContactFigures } from './contacts.ts';
import type { Figures } from './measure.ts';
import type { SendFigures } from './sends.ts';

type Answered = Pick<Loaded, 'statuses' | 'errors'>;
type Faults = readonly (string | false)[];

/** What went wrong in a run (lost or doubled sends, unexpected answers), one sentence each. */
export function faultsOf({ fastify, sends, campaigns, contacts, checks }: Figures): readonly string[] {
  const { feed, graphCallsNot200 } = checks;
  const { failed = 0 } = feed.statuses;
  const floor = Object.fromEntries(Object.entries(sends.floor).map(([name, row]) => [`floor, ${name}`, row]));
  const rows = { ...sends.ours, ...floor };
  const answered: Readonly<Record<string, Answered>> = {
    ...(fastify && { fastify }),
    ...rows,
    ...(sends.simulator && { 'simulator alone': sends.simulator }),
    ...(campaigns && {
      'single sends': campaigns.alone,
      'single sends beside a campaign': campaigns.beside,
    }),
    ...(contacts && phasesOf(contacts)),
  };
  const faults: Faults = [
    ...Object.values(mapValues(answered, answerFaults)).flat(),
    ...Object.values(mapValues(rows, rowFaults)).flat(),
    feed.missed > 0 && `the feed left out ${feed.missed} events`,
    feed.repeated > 0 && `the feed repeated ${feed.repeated} events`,
    failed > 0 && `${failed} sends failed`,
    graphCallsNot200 > 0 && `${graphCallsNot200} calls of the Cloud API were not answered with 200`,
    ...(campaigns ? campaignsFaults(campaigns) : []),
  ];
  return faults.filter((fault) => fault !== false);
}

const answerFaults = ({ statuses, errors }: Answered, name: string): Faults => [
  ...Object.entries(statuses)
    .filter(([status]) => !status.startsWith('2'))
    .map(([status, count]) => `${name}: ${count} answers ${status}`),
  errors > 0 && `${name}: ${errors} connections broke or timed out`,
];

const rowFaults = ({ checks }: SendFigures, name: string): Faults => {
  const { sent, atSimulator, doubled, through } = checks;
  return [
    sent === 0 && `${name}: nothing was sent`,
    atSimulator !== sent &&
      `${name}: ${sent} sends were accepted and ${atSimulator} messages are at the simulator`,
    doubled > 0 && `${name}: ${doubled} messages were sent more than once`,
    through !== sent && `${name}: of ${sent} sends the end of ${through} was told`,
  ];
};

const phasesOf = ({ bulk, get, list, search, owner }: ContactFigures) => ({ bulk, get, list, search, owner });

function campaignsFaults({ checks }: CampaignFigures): Faults {
  const { filled, total, sent, unsent, atSimulator, twice, doubled, graphCallsNot200 } = checks;
  return [
    total !== filled && `campaigns to ${filled} people count ${total} recipients`,
    atSimulator !== sent && `campaigns count ${sent} sent and ${atSimulator} messages are at the simulator`,
    unsent > 0 && `${unsent} recipients of campaigns failed or were skipped`,
    twice > 0 && `${twice} recipients of campaigns got more than one message`,
    doubled > 0 && `${doubled} messages were sent more than once while campaigns ran`,
    graphCallsNot200 > 0 &&
      `while campaigns ran, ${graphCallsNot200} calls of the Cloud API were not answered with 200`,
  ];
}
