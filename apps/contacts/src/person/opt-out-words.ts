import type { OptOutWords } from '@wbiz/contracts/account';

/** Built-in words by language. Only words with no other meaning when sent alone: "cancel" may be about an order. */
const BUILT_IN: Readonly<Record<string, OptOutWords>> = {
  en: {
    stop: ['stop', 'stop all', 'stopall', 'unsubscribe', 'opt out', 'opt-out', 'optout', 'stop promotions'],
    start: ['start', 'unstop', 'subscribe', 'opt in', 'opt-in', 'optin'],
  },
  es: { stop: ['baja', 'darme de baja', 'alto'], start: ['alta', 'suscribirme'] },
  pt: { stop: ['parar', 'sair', 'descadastrar'], start: ['voltar', 'inscrever'] },
  fr: { stop: ['arrêt', 'arreter', 'arrêter', 'désabonner'], start: ['reprendre', 'abonner'] },
  de: { stop: ['stopp', 'abmelden', 'abbestellen'], start: ['anmelden'] },
  id: { stop: ['berhenti'], start: ['mulai', 'langganan'] },
  hi: { stop: ['रोकें', 'बंद करें', 'बंद करो'], start: ['शुरू', 'शुरू करें'] },
  ar: { stop: ['توقف', 'إيقاف', 'إلغاء الاشتراك'], start: ['ابدأ', 'اشتراك'] },
};

/** Normalises a text for comparison: lower case, no surrounding punctuation or symbols, no invisible characters. */
const bare = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\p{Cf}\p{Variation_Selector}]/gu, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[\s\p{P}\p{S}]+|[\s\p{P}\p{S}]+$/gu, '');

export type Says = (body: string) => 'stop' | 'start' | undefined;

/**
 * Reads a whole message as an opt-out or opt-in. In a language for which the account has set words, these replace the
 * built-in ones. A word in a stop list and a start list means stop.
 */
export function optOutWords(own: Readonly<Record<string, OptOutWords>> | null): Says {
  const says = new Map<string, 'stop' | 'start'>();
  const lists = Object.values({ ...BUILT_IN, ...own });
  for (const what of ['start', 'stop'] as const)
    for (const words of lists) for (const word of words[what]) says.set(bare(word), what);
  return (body) => (body.length <= 200 ? says.get(bare(body)) : undefined);
}
