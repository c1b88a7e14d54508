export type Payload = Readonly<Record<string, unknown>>;

export const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
export const object = (value: unknown): Payload =>
  typeof value === 'object' && value !== null ? (value as Payload) : {};
export const objects = (value: unknown): Payload[] => (Array.isArray(value) ? value.map(object) : []);
