import { CornerUpLeft, Megaphone, Phone, ShoppingCart } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { MediaFile } from './media-file.js';
import { Body, Buttons, Footer, InteractiveCard, Outside, Place, RenderedTemplate } from './message-cards.js';
import { object, objects, type Payload, text } from './payload.js';
import type { Message } from './thread.js';

/** The content of a message. A message that was not sent yet has no id. */
export type Shown = Pick<Message, 'kind' | 'body' | 'payload'> &
  Partial<Pick<Message, 'mediaId' | 'direction'>>;
type Content = (shown: Shown, payload: Payload) => ComponentChildren;

const media: Content = ({ kind, body, mediaId }, payload) => {
  const id = mediaId ?? text(payload['mediaId']);
  const [link, filename] = [text(payload['link']), text(payload['filename'])];
  return (
    <>
      {id ? (
        <MediaFile mediaId={id} kind={kind} filename={filename} />
      ) : link ? (
        <Outside href={link}>{filename ?? link}</Outside>
      ) : (
        <p class="soft">The {kind} was not handed over.</p>
      )}
      <Body of={body} />
    </>
  );
};

const Answer = ({ children }: { children: ComponentChildren }) => (
  <div class="aside">
    <CornerUpLeft size={16} aria-hidden="true" />
    <div>
      <span class="unseen">Answer: </span>
      {children}
    </div>
  </div>
);

/** Named values, for example a flow's answers. */
function Fields({ of: fields }: { of: Payload }) {
  return (
    <dl class="fields">
      {Object.entries(fields).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

const cards: Content = (_, payload) =>
  objects(payload['contacts']).map((card, index) => {
    const name = object(card['name']);
    const phones = objects(card['phones']).map(({ phone, type }) => [text(phone), text(type)] as const);
    const emails = objects(card['emails']).map(({ email }) => text(email));
    return (
      <div key={index} class="aside">
        <Phone size={16} aria-hidden="true" />
        <div>
          <strong>{text(name['formattedName']) ?? 'No name'}</strong>
          {text(object(card['org'])['company']) && <p class="soft">{text(object(card['org'])['company'])}</p>}
          {phones.map(([phone, type]) => (
            <p key={phone}>
              {phone} {type && <span class="soft">{type}</span>}
            </p>
          ))}
          {emails.map((email) => (
            <p key={email}>{email}</p>
          ))}
        </div>
      </div>
    );
  });

const KINDS: Readonly<Record<string, Content>> = {
  text: ({ body }) => <Body of={body} />,
  image: media,
  video: media,
  audio: media,
  document: media,
  sticker: media,
  location: (_, payload) => <Place of={payload} />,
  contacts: cards,
  template: ({ body }, payload) => (
    <RenderedTemplate of={{ buttons: [], ...payload, ...(body && { body }) }} />
  ),
  interactive: ({ body, direction }, payload) =>
    direction === 'in' ? (
      <Answer>
        {text(payload['title']) ?? body ?? text(payload['type'])}
        {text(payload['description']) && <p class="soft">{text(payload['description'])}</p>}
        {payload['reply'] !== undefined && <Fields of={object(payload['reply'])} />}
      </Answer>
    ) : (
      <InteractiveCard body={body} card={payload} />
    ),
  flow: ({ body }, payload) => (
    <>
      {text(payload['header']) && <strong>{text(payload['header'])}</strong>}
      <Body of={body} />
      <Footer of={payload['footer']} />
      <Buttons of={[[text(payload['ctaText']) ?? 'Open the form']]} />
    </>
  ),
  flow_reply: ({ body }, payload) => (
    <Answer>
      {body}
      {payload['response'] ? (
        <Fields of={object(payload['response'])} />
      ) : (
        <p>{text(payload['responseText'])}</p>
      )}
    </Answer>
  ),
  button: ({ body }) => <Answer>{body}</Answer>,
  reaction: ({ body }) => (
    <p>
      {body} <span class="soft">to an earlier message</span>
    </p>
  ),
  order: ({ body }, payload) => (
    <div class="aside">
      <ShoppingCart size={16} aria-hidden="true" />
      <div>
        <strong>Order</strong>
        <ul>
          {objects(payload['items']).map((item, index) => (
            <li key={index}>
              {String(item['quantity'])} × {text(item['productRetailerId'])}{' '}
              <span class="soft">
                {String(item['price'])} {text(item['currency'])}
              </span>
            </li>
          ))}
        </ul>
        <Body of={body} />
      </div>
    </div>
  ),
  edit: ({ body }) => (
    <>
      <p class="soft small">An earlier message was edited:</p>
      <Body of={body} />
    </>
  ),
  request_welcome: () => <p class="soft">The person opened the chat for the first time.</p>,
  unsupported: (_, payload) => {
    const [error] = objects(payload['errors']);
    return (
      <p class="soft">
        A message {text(payload['type']) && `of type ${text(payload['type'])} `}that WhatsApp hands on to no
        business.
        {text(error?.['message']) && ` ${text(error?.['message'])}`}
      </p>
    );
  },
};

const unknown: Content = ({ kind, body, payload }) => (
  <>
    <p class="soft">A message of type {kind}, which is not shown here yet.</p>
    <Body of={body} />
    {payload && (
      <details>
        <summary>What it holds</summary>
        <pre>{JSON.stringify(payload, null, 2)}</pre>
      </details>
    )}
  </>
);

/** What any message may have besides its content: that it was forwarded, and the ad or product it came from. */
function Extras({ of: payload }: { of: Payload }) {
  const [referral, product] = [object(payload['referral']), object(payload['referredProduct'])];
  const [headline, sourceUrl] = [text(referral['headline']), text(referral['sourceUrl'])];
  return (
    <>
      {payload['frequentlyForwarded'] === true ? (
        <p class="soft small">Forwarded many times</p>
      ) : (
        payload['forwarded'] === true && <p class="soft small">Forwarded</p>
      )}
      {(headline ?? sourceUrl) && (
        <div class="aside">
          <Megaphone size={16} aria-hidden="true" />
          <p>
            From {text(referral['sourceType']) === 'post' ? 'a post' : 'an ad'}:{' '}
            {sourceUrl ? <Outside href={sourceUrl}>{headline ?? sourceUrl}</Outside> : headline}
          </p>
        </div>
      )}
      {text(product['productRetailerId']) && (
        <p class="soft small">About product {text(product['productRetailerId'])}</p>
      )}
    </>
  );
}

export function MessageContent({ of: shown }: { of: Shown }) {
  const payload = shown.payload ?? {};
  const content = Object.hasOwn(KINDS, shown.kind) ? KINDS[shown.kind]! : unknown;
  return (
    <div class="message-content">
      <Extras of={payload} />
      {content(shown, payload)}
    </div>
  );
}

/** A message in one line, for quotes and screen readers. */
export const lineOf = ({ kind, body, payload }: Pick<Message, 'kind' | 'body' | 'payload'>): string =>
  body ?? text(payload?.['filename']) ?? text(payload?.['name']) ?? `[${kind}]`;
