const METHOD_KINDS: Readonly<Record<string, string>> = {
  GET: 'info',
  POST: 'good',
  PATCH: 'warn',
  DELETE: 'bad',
};

export const Method = ({ method }: { method: string }) => (
  <span class={`badge method ${METHOD_KINDS[method] ?? ''}`}>{method}</span>
);

export const Status = ({ status }: { status: string | number }) => (
  <span class={`badge mono ${/^[23]/.test(String(status)) ? 'good' : 'bad'}`}>{status}</span>
);
