import type { Api } from './ask.ts';
// @boundaries-ignore the bench sets the simulator up as npm start does
import { allScopes, SIMULATED_META_APP } from '../../scripts/apps.ts';

const WABA = '1000000000000001';
export const ACCESS_TOKEN = 'simulator-token';
export const UNLIMITED = 100_000;

export type Account = { readonly accountId: string; readonly apiKey: string };

/** Connects WABAs of the simulator to WBIZ, without rate limits. `admin` calls the gateway's API for accounts. */
export function openAccounts(baseUrl: string, admin: Api, control: Api) {
  const made = async (wabaId: string, accessToken: string): Promise<Account> => {
    const { id } = await admin<{ id: string }>('POST', '', { wabaId, accessToken, plan: 'unlimited' });
    await pace(id);
    const scopes = await allScopes();
    const { key } = await admin<{ key: string }>('POST', `/${id}/keys`, { name: 'bench', scopes });
    return { accountId: id, apiKey: key };
  };

  /** Sets in WBIZ, not at the simulator, how many messages a second each of the account's phone numbers may send. */
  const pace = (accountId: string, perSecond = UNLIMITED) =>
    admin<unknown>('PATCH', `/${accountId}`, { throughput: perSecond });

  /** Sets the URL to which the simulator posts statuses. */
  const tellStatuses = (url: string) => {
    const { META_APP_SECRET: secret, META_VERIFY_TOKEN: verifyToken } = SIMULATED_META_APP;
    return control<unknown>('POST', '/webhook', { url, secret, verifyToken });
  };

  return {
    pace,
    tellStatuses,

    /** Connects the simulator's default WABA and makes an API key. */
    async connect(): Promise<Account> {
      await tellStatuses(`${baseUrl}/meta/webhook`);
      return made(WABA, ACCESS_TOKEN);
    },

    /** Connects a new WABA of the simulator and makes an API key. */
    async anotherAccount(token: string): Promise<Account> {
      const { id } = await control<{ id: string }>('POST', '/wabas', { phoneNumbers: 1, token });
      return made(id, token);
    },

    /** Sets in WBIZ and at the simulator how many messages a second each of the account's phone numbers may send. */
    async setThroughput(accountId: string, perSecond = UNLIMITED) {
      await control('POST', '/behaviour', { throughputPerSecond: perSecond });
      await pace(accountId, perSecond);
    },
  };
}
