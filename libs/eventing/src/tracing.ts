type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A step of a trace that is under way. */
export type Span = {
  /** The W3C traceparent of this step, for the steps that follow from it. */
  readonly traceparent: string;
  /** `error`: the kind of failure, as one of a few fixed words. */
  readonly end: (how?: { readonly error?: string | undefined; readonly attributes?: SpanAttributes }) => void;
};

/** Begins a step under `parent`, or a new trace. Where no traces are recorded, callers get no such function. */
export type StartSpan = (
  name: string,
  step: {
    readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
    readonly parent?: string | null | undefined;
    /** The traceparents of further steps that led to this one. */
    readonly links?: readonly (string | undefined)[];
    readonly attributes?: SpanAttributes;
  },
) => Span;
