import { PLANS, type Plan } from '@wbiz/contracts/account';
import { SCOPES } from '@wbiz/contracts/scopes';
import { limitOf } from '../access/rate-limit.js';

const OPERATORS = `
  wbiz accounts list
  wbiz accounts get <account>
  wbiz accounts connect --waba <id> [--name <text>] [--plan <plan>] [--default-number <phone number id>]
                        The access token is read from WBIZ_ACCESS_TOKEN or, without it, from standard input.
  wbiz accounts patch <account> [--plan <plan>] [--entitled true|false] [--status active|suspended]
                        [--unknown-outcome-policy fail|resend] [--throughput <messages per second>]
                        [--opt-out-words '{"en": {"stop": ["STOP"], "start": ["START"]}}' | null]
  wbiz keys create <account> --name <text> (--scope <scope>... | --all-scopes)
                        [--expires-at <RFC 3339 time>] [--per-minute <n> --burst <n>]
                        The answer holds the whole key; it is shown this once.
  wbiz keys list <account>
  wbiz keys revoke <account> <key>
  wbiz webhooks derive --since <RFC 3339 time> [--until <RFC 3339 time>]
                        Handles what Meta's webhooks of that time hold again; they are kept for 30 days.
  wbiz projections status [--json]
                        What each service has read of the event log, where it stands still, which accounts are parked.
  wbiz projections retry <service> <projection> <account>
  wbiz projections skip <service> <projection> <account> --reason <text>
                        Passes over the account's first event that waits. It is kept, with the reason.
  wbiz projections rewind <service> <projection> [--partition <n>] (--offset <n> | --since <RFC 3339 time>)
  wbiz projections rewind <service> <projection> --partition <n> --source <service> --sequence <n>
                        Reads the log again from there; what was applied is not applied again.
  wbiz secrets reseal [--json]
                        Seals anew what TOKENS_KEY_PREVIOUS, WEBHOOKS_KEY_PREVIOUS and ANSWERS_KEY_PREVIOUS have sealed, and
                        says which of them may go. May be broken off, and run again. Ends with 1 while one must stay.
  wbiz dead-letters list [--account <account>] [--topic <name>] [--type <type>] [--state waiting|retried|discarded]
                        [--limit <n>] [--json]
                        What no service could handle, newest first, 50 unless told; kept for 30 days.
  wbiz dead-letters show <letter>
  wbiz dead-letters retry (<letter>... | --all [--account <account>] [--topic <name>] [--type <type>])
                        [--past-deadline] [--reason <text>] [--by <name>]
                        --past-deadline: also commands whose callers were told 500 and may have asked again.
  wbiz dead-letters discard (<letter>... | --all [...]) --reason <text> [--by <name>]
                        --by is the variable USER unless given. It is kept, as the reason is.
`;

const DEVELOPERS = `
  wbiz events tail [--since <cursor>|oldest|now] [--types <type>,...]
                        Prints events as they come, one line of JSON each. Without --since it begins with the next event, with
                        "oldest" at the first that is kept, with the cursor of a line after it.
  wbiz listen --forward-to <url> [--since <cursor>|oldest|now] [--types <type>,...]
                        Posts each event to the URL as a webhook is posted, once, and shows what it answers.
                        Without --since it begins with the next event.
`;

const SIMULATOR = `
  wbiz trigger message.received [--from <number>] [--name <text>] [--text <text>] [--phone-number <id>]
  wbiz trigger message.status <msg_id or wamid> <status>[,<status>...]
                        sent, delivered, read, played, failed
  wbiz trigger template.status <tpl_id or Meta's id> approved|rejected|paused|disabled [--reason <text>]
  wbiz trigger contact.opted_out [--from <number>] [--phone-number <id>]
                        --from is +918899332211 unless given.
`;

const count = (of: number) => of.toLocaleString('en-US');
function planLine(plan: Plan): string {
  const limit = limitOf({ limit: null }, { plan });
  const says = limit ? `${count(limit.perMinute)} a minute, ${count(limit.burst)} in 10 s` : 'no limit';
  return `  ${plan.padEnd(10)} ${says}\n`;
}

/** What values there are, by the word that stands for one. */
const VALUES = {
  '<plan>': `
Plans, and how many requests each key of an account may make:
${PLANS.map(planLine).join('')}`,
  '<scope>': `
Scopes:
${SCOPES.join(' ').replace(/(.{1,110})( |$)/g, '  $1\n')}`,
};
const valuesIn = (part: string) =>
  Object.entries(VALUES).flatMap(([word, values]) => (part.includes(word) ? [values] : []));

const HELP = `wbiz - the command line of a WBIZ installation

For operators:
${OPERATORS}
For developers, with an API key:
${DEVELOPERS}
With the simulator of Meta:
${SIMULATOR}${valuesIn(OPERATORS).join('')}
Answers are JSON; those of "projections status", "secrets reseal" and "dead-letters list" with --json.
Where: WBIZ_URL (e.g. https://wbiz.example.com) and WBIZ_ADMIN_TOKEN, for developers WBIZ_API_KEY, with the simulator also
WBIZ_SIMULATOR_URL; or the .wbiz/demo.json that npm start writes here or in a folder above.
`;

/** Each command with what is said of it. */
const COMMANDS = [OPERATORS, DEVELOPERS, SIMULATOR].flatMap((part) => part.split(/\n(?= {2}wbiz )/).slice(1));

/** The help on the command that the words begin with, or on those of its first word; without any, the whole. */
export function helpOn([noun = '', verb = '']: readonly string[]): string {
  const about = (words: string) =>
    COMMANDS.filter((command) => `${command.replaceAll('\n', ' ')} `.startsWith(`  wbiz ${words} `));
  const commands = [`${noun} ${verb}`, noun].map(about).find(({ length }) => length > 0);
  if (!commands) return HELP;
  const part = `${commands.map((command) => command.trimEnd()).join('\n')}\n`;
  return [part, ...valuesIn(part)].join('');
}
