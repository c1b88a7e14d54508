type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A step of a trace that is under way. */
export type Span = {
  /** Of this step: the W3C header for what it leads to. */
  readonly traceparent: string;
  /** `error`: what went wrong, one of a few words. */
  readonly end: (how?: { readonly error?: string | undefined; readonly attributes?: SpanAttributes }) => void;
};

/** Begins a step after `parent`, or a new trace. Where no traces are recorded, there is no such function. */
export type StartSpan = (
  name: string,
  step: {
    readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
    readonly parent?: string | null | undefined;
    /** The headers of others that it goes back to. */
    readonly links?: readonly (string | undefined)[];
    readonly attributes?: SpanAttributes;
  },
) => Span;
