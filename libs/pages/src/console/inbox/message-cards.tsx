import type { Schemas } from '@wbiz/sdk/operations';
import { ExternalLink, Image, MapPin } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { Formatted } from './formatted.js';
import { MediaFile } from './media-file.js';
import { object, objects, type Payload, text } from './payload.js';

export const Body = ({ of: body }: { of: string | null | undefined }) =>
  body ? <Formatted text={body} /> : null;

export function Outside({ href, children }: { href: string; children: ComponentChildren }) {
  return /^(https?:|tel:|mailto:)/i.test(href) ? (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );
}

export function Place({ of: place }: { of: Payload }) {
  const { latitude, longitude } = place;
  const where = `${String(latitude)}, ${String(longitude)}`;
  return (
    <div class="aside">
      <MapPin size={18} aria-hidden="true" />
      <div>
        {text(place['name']) && <strong>{text(place['name'])}</strong>}
        {text(place['address']) && <p>{text(place['address'])}</p>}
        <Outside
          href={`https://www.openstreetmap.org/?mlat=${String(latitude)}&mlon=${String(longitude)}&zoom=16`}
        >
          {where} <span class="unseen">on a map</span>
          <ExternalLink size={12} aria-hidden="true" />
        </Outside>
      </div>
    </div>
  );
}

export function Buttons({ of: labels }: { of: readonly (readonly [label: string, href?: string])[] }) {
  if (labels.length === 0) return null;
  return (
    <ul class="sent-buttons" aria-label="Buttons">
      {labels.map(([label, href], index) => (
        <li key={index}>{href ? <Outside href={href}>{label}</Outside> : label}</li>
      ))}
    </ul>
  );
}

export const Footer = ({ of: footer }: { of: unknown }) =>
  text(footer) ? <p class="soft small">{text(footer)}</p> : null;

function Header({ of: header }: { of: Payload }) {
  const kind = (text(header['format']) ?? text(header['type']) ?? '').toLowerCase();
  if (kind === 'text') return <strong>{text(header['text'])}</strong>;
  if (kind === 'location' && header['location']) return <Place of={object(header['location'])} />;
  const [mediaId, link, filename] = [text(header['mediaId']), text(header['link']), text(header['filename'])];
  if (mediaId) return <MediaFile mediaId={mediaId} kind={kind} filename={filename} />;
  if (link) return <Outside href={link}>{filename ?? link}</Outside>;
  return kind ? (
    <p class="placeholder">
      <Image size={16} aria-hidden="true" /> {kind}
    </p>
  ) : null;
}

type Rendered = Schemas['RenderedCard'] & {
  footer?: string;
  offer?: string;
  cards?: Schemas['RenderedCard'][];
};
/** A template with its values; previews use it too. */
export function RenderedTemplate({ of: rendered }: { of: Rendered }) {
  return (
    <>
      {rendered.header && <Header of={rendered.header as Payload} />}
      {rendered.offer && (
        <p>
          <strong>{rendered.offer}</strong>
        </p>
      )}
      <Body of={rendered.body} />
      <Footer of={rendered.footer} />
      <Buttons
        of={(rendered.buttons ?? []).map(({ label, url, phoneNumber }) => [
          label,
          url ?? (phoneNumber && `tel:${phoneNumber}`),
        ])}
      />
      {rendered.cards && (
        <div class="cards" tabIndex={0} role="group" aria-label="Cards">
          {rendered.cards.map((card, index) => (
            <div key={index} class="one-card">
              <RenderedTemplate of={card} />
            </div>
          ))}
        </div>
      )}
    </>
  );
}

/** A card with buttons, a list or a link; the picker of saved cards uses it too. */
export function InteractiveCard({ body, card }: { body: string | null; card: Payload }) {
  const sections = objects(card['sections']);
  const [displayText, url] = [text(card['displayText']), text(card['url'])];
  return (
    <>
      <Header of={object(card['header'])} />
      <Body of={body} />
      <Footer of={card['footer']} />
      <Buttons of={objects(card['buttons']).map(({ title }) => [text(title) ?? ''])} />
      {displayText && <Buttons of={[[displayText, url]]} />}
      {sections.length > 0 && (
        <details>
          <summary>{text(card['button']) ?? 'List'}</summary>
          {sections.map((section, index) => (
            <div key={index}>
              {text(section['title']) && <p class="soft small">{text(section['title'])}</p>}
              <ul>
                {objects(section['rows']).map((row) => (
                  <li key={text(row['id'])}>
                    {text(row['title'])}
                    {text(row['description']) && <span class="soft"> · {text(row['description'])}</span>}
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </details>
      )}
    </>
  );
}
