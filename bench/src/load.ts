import type { Loaded } from './answers.ts';
import type { Installation } from './installation.ts';
import type { Headers, Loop } from './jobs.ts';

export const TEMPLATE = { template: 'order_confirmation', language: 'en_US', variables: ['Asha', '#1043'] };

/** POSTs a body to the URLs in turn, each time with another recipient. */
export type Load = (
  urls: readonly string[],
  how: {
    readonly loop: Loop;
    readonly headers?: Headers | undefined;
    readonly bearers?: readonly string[] | undefined;
    readonly body?: object;
    readonly seconds?: number;
  },
) => Promise<Loaded>;

/** `seconds`: the default duration of a load. */
export function openLoad({ script, orFailure }: Installation, seconds: number): Load {
  let recipient = 917_000_000_000;
  return (urls, { headers = {}, body = TEMPLATE, ...how }) => {
    const firstRecipient = recipient;
    recipient += 10_000_000;
    return orFailure(script('http-load', { seconds, ...how, urls, headers, body, firstRecipient }));
  };
}
