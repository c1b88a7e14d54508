import { mediaStore } from '../media/media.store.js';
import { peopleStore } from '../messages/people.store.js';
import { templateStore } from '../templates/template.store.js';
import type { Flow, Node, PhoneNumber, WebhookTarget } from './nodes.js';
import { DEFAULT_FLOWS, DEFAULT_TEMPLATES, FIRST_WABA_ID } from './sample-data.js';
import { openStateFile } from './state-file.js';
import { unixSeconds } from './times.js';

export type State = ReturnType<typeof openState>;

/** All accounts and what they own. With a `directory` they survive restarts; messages never do. */
export function openState({ directory, token }: { directory?: string | undefined; token: string }) {
  const file = openStateFile(directory, () => ({
    nodes: [...nodes.values()],
    tokens: [...tokens].map(([value, wabaIds]) => [value, [...wabaIds]]),
    webhook: state.webhook,
    ...peopleToSave(),
    ...templatesToSave(),
    serials,
  }));
  const { saved, changed } = file;
  const nodes = new Map<string, Node>();
  const tokens = new Map(saved?.tokens.map(([value, wabaIds]) => [value, new Set(wabaIds)]));
  const serials: Record<string, number> = { ...saved?.serials };
  const state = { webhook: saved?.webhook ?? null };

  const serial = (kind: string) => (serials[kind] = (serials[kind] ?? 0) + 1);
  const newId = (kind: Node['kind'], first: number) => String(first + serial(kind) - 1);

  const add = <N extends Node>(node: N): N => {
    nodes.set(node.id, node);
    changed();
    return node;
  };
  const remove = ({ id }: Node) => {
    nodes.delete(id);
    changed();
  };

  const { toSave: peopleToSave, ...people } = peopleStore(saved, changed);
  const {
    toSave: templatesToSave,
    put: putTemplate,
    ...templates
  } = templateStore({ all: nodes, add, remove, newId }, saved);
  const media = mediaStore({ all: nodes, add, remove, newId }, directory);

  const addFlow = (flow: Omit<Flow, 'kind' | 'id' | 'updatedAt'>) =>
    add<Flow>({ kind: 'flow', id: newId('flow', 5_000_000_000_000_001), updatedAt: unixSeconds(), ...flow });

  /** Adds a WABA with phone numbers and the default templates and flows, and subscribes the app to its webhooks. */
  const addWaba = (id: string | undefined, phoneNumbers: number, wabaToken: string) => {
    const wabaId = id ?? newFreeId();
    add({
      kind: 'waba',
      id: wabaId,
      wabaId,
      name: `Simulated business ${serial('waba name')}`,
      subscribed: true,
    });
    const phones = Array.from({ length: phoneNumbers }, () => addSampleNumber(wabaId));
    for (const template of DEFAULT_TEMPLATES) templates.addTemplate({ wabaId, ...template });
    for (const flow of DEFAULT_FLOWS) addFlow({ wabaId, ...flow });
    tokens.set(wabaToken, (tokens.get(wabaToken) ?? new Set()).add(wabaId));
    changed();
    return { id: wabaId, phones };
  };

  const newFreeId = (): string => {
    const id = newId('waba', Number(FIRST_WABA_ID) + 1);
    return nodes.has(id) ? newFreeId() : id;
  };

  const addSampleNumber = (wabaId: string) => {
    const n = serial('phone');
    const local = String(8_000_000_000 + n);
    return add({
      kind: 'phone',
      id: String(1_060_000_000_000_000 + n),
      wabaId,
      digits: `91${local}`,
      display: `+91 ${local.slice(0, 5)} ${local.slice(5)}`,
      verifiedName: `Simulated number ${n}`,
    });
  };

  const of = <K extends Node['kind']>(kind: K, wabaId: string) =>
    [...nodes.values()].filter(
      (node): node is Extract<Node, { kind: K }> => node.kind === kind && node.wabaId === wabaId,
    );

  if (saved === undefined) addWaba(FIRST_WABA_ID, 2, token);
  else
    for (const node of saved.nodes)
      if (node.kind === 'template') putTemplate(node);
      else add(node);

  return {
    ...people,
    ...templates,
    ...media,
    nodes,
    tokens,
    of,
    addWaba,
    /** Adds a phone number that is neither verified nor registered. */
    addNumber: (wabaId: string, code: string, local: string, verifiedName: string) =>
      add<PhoneNumber>({
        kind: 'phone',
        id: String(1_060_000_000_000_000 + serial('phone')),
        wabaId,
        digits: code + local,
        display: `+${code} ${local}`,
        verifiedName,
        unverified: true,
        registered: false,
      }),
    addFlow,
    removeFlow: (flow: Flow) => remove(flow),
    /** The WABA's flow with this id or this name. */
    flow: (wabaId: string, { id, name }: { id?: string; name?: string }): Flow | undefined => {
      const found = id === undefined ? undefined : nodes.get(id);
      if (found?.kind === 'flow' && found.wabaId === wabaId) return found;
      return name === undefined ? undefined : of('flow', wabaId).find((flow) => flow.name === name);
    },
    get webhook() {
      return state.webhook;
    },
    setWebhook(target: WebhookTarget) {
      state.webhook = target;
      changed();
    },
    changed,
    save: file.save,
  };
}
