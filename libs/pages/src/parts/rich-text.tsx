import { spansOf, TAGS, type Span } from './whatsapp-text.js';

/** A template's text as WhatsApp shows it; variables without a value are marked. */
export function RichText({ text }: { text: string }) {
  return <>{spansOf(text).map(shown)}</>;
}

function shown(span: Span, index: number) {
  if (typeof span === 'string') return span;
  if ('variable' in span) return <mark key={index}>{span.variable}</mark>;
  if ('href' in span) return span.text;
  const Tag = TAGS[span.style];
  return <Tag key={index}>{span.content.map(shown)}</Tag>;
}
