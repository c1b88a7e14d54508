import { blocksOf, TAGS, type Block, type Span } from '../../parts/whatsapp-text.js';

function Spans({ of }: { of: readonly Span[] }) {
  return (
    <>
      {of.map((span, index) => {
        if (typeof span === 'string') return span;
        if ('variable' in span) return span.variable;
        if ('href' in span)
          return (
            <a key={index} href={span.href} target="_blank" rel="noopener noreferrer">
              {span.text}
            </a>
          );
        const Tag = TAGS[span.style];
        return (
          <Tag key={index}>
            <Spans of={span.content} />
          </Tag>
        );
      })}
    </>
  );
}

function Part({ of: block }: { of: Block }) {
  switch (block.kind) {
    case 'mono':
      return <pre>{block.text}</pre>;
    case 'quote':
      return (
        <blockquote>
          <Spans of={block.content} />
        </blockquote>
      );
    case 'bullets':
    case 'numbers': {
      const items = block.items.map((item, index) => (
        <li key={index}>
          <Spans of={item} />
        </li>
      ));
      return block.kind === 'bullets' ? <ul>{items}</ul> : <ol start={block.first}>{items}</ol>;
    }
    case 'text':
      return (
        <p>
          <Spans of={block.content} />
        </p>
      );
  }
}

/** A message's text as WhatsApp shows it: with quotes, lists and links. */
export function Formatted({ text }: { text: string }) {
  return (
    <div class="formatted" dir="auto">
      {blocksOf(text).map((block, index) => (
        <Part key={index} of={block} />
      ))}
    </div>
  );
}
