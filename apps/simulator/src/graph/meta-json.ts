const hex = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * JSON as Meta writes it in answers and webhooks: `/` as `\/`, everything above U+007F as lower-case `\uXXXX`. A receiver
 * must check a webhook's signature over these bytes: JSON that it serialises again would differ.
 */
export function metaJson(value: unknown): string {
  const json = JSON.stringify(value);
  return json.replaceAll('/', '\\/').replace(/[\u0080-\uffff]/g, hex);
}
