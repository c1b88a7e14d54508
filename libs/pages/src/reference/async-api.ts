import type { Schema, Schemas } from './schema.js';

type Message = {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly headers: Schema;
  readonly payload: Schema;
  readonly bindings?: { readonly kafka: { readonly key: { readonly description: string } } };
};
/** The part of asyncapi.json that the reference shows. */
export type AsyncApi = {
  readonly info: { readonly description: string };
  readonly channels: Readonly<
    Record<
      string,
      {
        readonly address: string;
        readonly description: string;
        readonly messages: Readonly<Record<string, { readonly $ref: string }>>;
      }
    >
  >;
  readonly components: { readonly messages: Readonly<Record<string, Message>>; readonly schemas: Schemas };
};
export type Topic = {
  readonly address: string;
  readonly description: string;
  readonly key: string | undefined;
  readonly messages: readonly Message[];
};
export type Log = {
  readonly description: string;
  readonly events: Topic;
  readonly internal: readonly Topic[];
  readonly schemas: Schemas;
};

/** The public log and the internal topics of the document; `$ref`s in channels are resolved. */
export function logOf({ info, channels, components }: AsyncApi): Log {
  const topicOf = ({ address, description, messages }: AsyncApi['channels'][string]): Topic => {
    const carried = Object.keys(messages).map((name) => components.messages[name]!);
    return { address, description, key: carried[0]?.bindings?.kafka.key.description, messages: carried };
  };
  const { events, ...internal } = channels;
  return {
    description: info.description,
    events: topicOf(events!),
    internal: Object.values(internal).map(topicOf),
    schemas: components.schemas,
  };
}
